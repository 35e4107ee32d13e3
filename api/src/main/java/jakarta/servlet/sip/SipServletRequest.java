// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.sip.ar.SipApplicationRoutingDirective;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import java.io.BufferedReader;
import java.io.IOException;

public interface SipServletRequest extends ServletRequest, SipServletMessage {
    URI getRequestURI();

    void setRequestURI(URI uri);

    void pushRoute(SipURI uri);

    void pushRoute(Address uri);

    int getMaxForwards();

    void setMaxForwards(int n);

    int getMaxBreadth();

    void setMaxBreadth(int n);

    @Override
    void send() throws IOException;

    boolean isInitial();

    @Override
    ServletInputStream getInputStream() throws IOException;

    @Override
    BufferedReader getReader() throws IOException;

    Proxy getProxy() throws TooManyHopsException;

    Proxy getProxy(boolean create) throws TooManyHopsException;

    SipServletResponse createResponse(int statuscode);

    SipServletResponse createResponse(int statusCode, String reasonPhrase);

    SipServletRequest createCancel();

    B2buaHelper getB2buaHelper();

    Address getPoppedRoute();

    Address getInitialPoppedRoute();

    void setRoutingDirective(SipApplicationRoutingDirective directive, SipServletRequest origRequest)
            throws IllegalStateException;

    SipApplicationRoutingDirective getRoutingDirective() throws IllegalStateException;

    SipApplicationRoutingRegion getRegion();

    URI getSubscriberURI();

    void addAuthHeader(SipServletResponse challengeResponse, AuthInfo authInfo);

    void addAuthHeader(SipServletResponse challengeResponse, String username, String password);

    String getId();

    SipServletResponse getFinalResponse();

    SipServletResponse getAcknowledgedResponse();

    InviteBranch createInviteBranch();

    boolean isRequestUriInternal();
}
