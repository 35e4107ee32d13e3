// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

public interface SipFactory {
    URI createURI(String uri) throws ServletParseException;

    SipURI createSipURI(String user, String host);

    Address createAddress(String addr) throws ServletParseException;

    Address createAddress(URI uri);

    Address createAddress(URI uri, String displayName);

    Parameterable createParameterable(String s) throws ServletParseException;

    SipServletRequest createRequest(SipApplicationSession appSession, String method, Address from, Address to);

    SipServletRequest createRequest(SipApplicationSession appSession, String method, URI from, URI to);

    SipServletRequest createRequest(SipApplicationSession appSession, String method, String from, String to)
            throws ServletParseException;

    @Deprecated
    SipServletRequest createRequest(SipServletRequest origRequest, boolean sameCallId);

    SipApplicationSession createApplicationSession();

    SipApplicationSession createApplicationSessionByKey(String sipApplicationKey);

    AuthInfo createAuthInfo();
}
