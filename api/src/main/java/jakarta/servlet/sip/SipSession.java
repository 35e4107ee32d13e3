// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Enumeration;

public interface SipSession extends AttributeStore {
    long getCreationTime();

    String getId();

    long getLastAccessedTime();

    void terminateDialog();

    void terminateDialog(AutomaticProcessingListener listener);

    void terminateProxiedDialog();

    void terminateProxiedDialog(AutomaticProcessingListener listener);

    void terminateProxiedDialog(UAMode direction);

    void terminateProxiedDialog(UAMode direction, AutomaticProcessingListener listener);

    void invalidate();

    boolean isReadyToInvalidate();

    void setInvalidateWhenReady(boolean invalidateWhenReady);

    boolean getInvalidateWhenReady();

    SipApplicationSession getApplicationSession();

    ForkingContext getForkingContext();

    String getCallId();

    Address getLocalParty();

    Address getRemoteParty();

    SipServletRequest createRequest(String method);

    void setHandler(String name) throws ServletException;

    @Deprecated
    Enumeration<String> getAttributeNames();

    State getState();

    void setOutboundInterface(InetSocketAddress address);

    void setOutboundInterface(InetAddress address);

    void setFlow(Flow flow);

    Flow getFlow();

    boolean isValid();

    SipApplicationRoutingRegion getRegion();

    URI getSubscriberURI();

    ServletContext getServletContext();

    SessionKeepAlive getKeepAlive();

    SipServletRequest getActiveRequest(String requestId);

    Collection<SipServletRequest> getActiveRequests(UAMode mode);

    SipServletRequest getActiveInvite(UAMode mode);

    SipServletResponse getUnacknowledgedProvisionalResponse(String provisionalResponseId);

    Collection<SipServletResponse> getUnacknowledgedProvisionalResponses(UAMode mode);

    InviteBranch getActiveInviteBranch();

    enum State {
        INITIAL,

        EARLY,

        CONFIRMED,

        TERMINATED
    }
}
