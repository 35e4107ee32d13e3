// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

/**
 * Makes what the API has no constructor for: URIs, addresses, requests and application sessions. Each application has
 * its own, injected or as the context attribute {@link SipServlet#SIP_FACTORY}. Usable by several threads.
 *
 * <pre>{@code
 * SipApplicationSession session = factory.createApplicationSession();
 * SipServletRequest message = factory.createRequest(session, "MESSAGE", "sip:news@example.com", "sip:bob@example.com");
 * message.setContent("Hello", "text/plain");
 * message.send();
 * }</pre>
 */
public interface SipFactory {
    /**
     * Makes a URI from its text: a {@link SipURI} for {@code sip} and {@code sips}, a {@link TelURL} for {@code tel},
     * else another {@link URI}.
     *
     * @param uri the text
     * @return the URI
     * @throws ServletParseException if the text is not a URI
     */
    URI createURI(String uri) throws ServletParseException;

    /**
     * {@return a {@code sip} URI}
     *
     * @param user the user part, not escaped; {@code null} for none
     * @param host the host name or address
     */
    SipURI createSipURI(String user, String host);

    /**
     * Makes an address from its text, as it stands in a header field; {@code *} makes the wildcard of a Contact.
     *
     * @param addr the text
     * @return the address
     * @throws ServletParseException if the text is not an address
     */
    Address createAddress(String addr) throws ServletParseException;

    /**
     * {@return an address without a display name}
     *
     * @param uri the URI
     */
    Address createAddress(URI uri);

    /**
     * {@return an address}
     *
     * @param uri the URI
     * @param displayName the display name, without quotes; {@code null} for none
     */
    Address createAddress(URI uri, String displayName);

    /**
     * Makes a header field value with parameters from its text.
     *
     * @param s the text
     * @return the value
     * @throws ServletParseException if the text is malformed
     */
    Parameterable createParameterable(String s) throws ServletParseException;

    /**
     * Makes a request outside of any dialog. It has a new session, and the URI of {@code to} as Request-URI. The
     * container sets Call-ID, CSeq, Via, Max-Forwards, the From tag and, but for REGISTER, Contact.
     *
     * @param appSession the application session its session will be in
     * @param method the method, not ACK or CANCEL
     * @param from the From; copied
     * @param to the To; copied, without a tag
     * @return the request, not yet sent
     * @throws IllegalArgumentException if the method or an argument is not allowed, or the application session is not
     *     valid
     */
    SipServletRequest createRequest(SipApplicationSession appSession, String method, Address from, Address to);

    /**
     * Makes a request outside of any dialog. It has a new session, and the URI of {@code to} as Request-URI. The
     * container sets Call-ID, CSeq, Via, Max-Forwards, the From tag and, but for REGISTER, Contact.
     *
     * @param appSession the application session its session will be in
     * @param method the method, not ACK or CANCEL
     * @param from the From; copied
     * @param to the To; copied, without a tag
     * @return the request, not yet sent
     * @throws IllegalArgumentException if the method or an argument is not allowed, or the application session is not
     *     valid
     */
    SipServletRequest createRequest(SipApplicationSession appSession, String method, URI from, URI to);

    /**
     * Makes a request outside of any dialog. It has a new session, and the URI of {@code to} as Request-URI. The
     * container sets Call-ID, CSeq, Via, Max-Forwards, the From tag and, but for REGISTER, Contact.
     *
     * @param appSession the application session its session will be in
     * @param method the method, not ACK or CANCEL
     * @param from the From; copied
     * @param to the To; copied, without a tag
     * @return the request, not yet sent
     * @throws IllegalArgumentException if the method or an argument is not allowed, or the application session is not
     *     valid
     * @throws ServletParseException if {@code from} or {@code to} is not an address or URI
     */
    SipServletRequest createRequest(SipApplicationSession appSession, String method, String from, String to)
            throws ServletParseException;

    /**
     * Makes the request of the other side of a back-to-back user agent, as a copy of the received one.
     *
     * @param origRequest the request received
     * @param sameCallId {@code true} to keep the Call-ID
     * @return the request, not yet sent
     * @deprecated since 1.1; use {@link B2buaHelper#createRequest(SipServletRequest, boolean, java.util.Map)}
     */
    @Deprecated
    SipServletRequest createRequest(SipServletRequest origRequest, boolean sameCallId);

    /** {@return a new application session} */
    SipApplicationSession createApplicationSession();

    /**
     * {@return the application session with a key, made if there is none}
     *
     * @param sipApplicationKey the key, not {@code null}, see {@link
     *     jakarta.servlet.sip.annotation.SipApplicationKey}
     * @throws IllegalStateException if another node of the cluster has it, as far as this one was told; its
     *     requests are brought there
     */
    SipApplicationSession createApplicationSessionByKey(String sipApplicationKey);

    /** {@return an empty set of user names and passwords} */
    AuthInfo createAuthInfo();
}
