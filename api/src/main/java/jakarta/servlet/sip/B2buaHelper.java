// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.List;
import java.util.Map;

/**
 * Helps an application that is a back-to-back user agent: it copies requests from one side to the other and links the
 * sessions of both (JSR 289 §12). Requests of a B2BUA cannot be proxied.
 *
 * <pre>{@code
 * @Override
 * protected void doInvite(SipServletRequest req) throws ServletException, IOException {
 *     if (req.isInitial()) {
 *         req.getB2buaHelper().createRequest(req, true, Map.of()).send();
 *     }
 * }
 *
 * @Override
 * protected void doSuccessResponse(SipServletResponse resp) throws ServletException, IOException {
 *     SipServletRequest original =
 *             resp.getRequest().getB2buaHelper().getLinkedSipServletRequest(resp.getRequest());
 *     SipServletResponse answer = original.createResponse(resp.getStatus());
 *     answer.setContent(resp.getContent(), resp.getContentType());
 *     answer.send();
 * }
 * }</pre>
 *
 * @see SipServletRequest#getB2buaHelper()
 */
public interface B2buaHelper {
    /**
     * {@return the session linked with another one, or {@code null} if there is none}
     *
     * @param session the session
     * @throws IllegalArgumentException if {@code session} is not valid
     */
    SipSession getLinkedSession(SipSession session);

    /**
     * {@return the request linked with another one by {@link #createRequest(SipServletRequest, boolean, Map)}, or
     * {@code null} if there is none}
     *
     * @param req the request
     */
    SipServletRequest getLinkedSipServletRequest(SipServletRequest req);

    /**
     * Links two sessions of one application session; each has at most one link. Linking them again has no effect.
     *
     * @param session1 a session
     * @param session2 another session
     * @throws IllegalArgumentException if they are of different application sessions, one is no longer valid, or one
     *     is linked with a third session
     * @throws NullPointerException if an argument is {@code null}
     */
    void linkSipSessions(SipSession session1, SipSession session2);

    /**
     * Ends the link of a session.
     *
     * @param session either of the two sessions
     * @throws IllegalArgumentException if the session is not linked or not valid
     */
    void unlinkSipSessions(SipSession session);

    /**
     * {@return the messages of a session that are not committed, by CSeq; among them an INVITE whose 2xx has no ACK
     * yet, and for a client the 2xx}
     *
     * @param session the session
     * @param mode the side whose messages are wanted
     * @throws IllegalArgumentException if the session is not valid
     */
    List<SipServletMessage> getPendingMessages(SipSession session, UAMode mode);

    /**
     * Makes a response to the initial request of a session, also when one was already sent: each 2xx after the first
     * makes a derived session with a To tag of its own, as if the request had forked.
     *
     * @param session the session the request made, or one derived from it
     * @param status the status code, 100 to 699
     * @param reasonPhrase the reason phrase; {@code null} stands for the usual one
     * @return the response, not yet sent
     * @throws IllegalStateException if the status does not go with what was already sent
     * @throws IllegalArgumentException if the session or the status code is not valid
     */
    SipServletResponse createResponseToOriginalRequest(SipSession session, int status, String reasonPhrase);

    /**
     * Makes the initial request of the other side from a received one: same method, Request-URI, content and header
     * fields, but an own Call-ID, From tag, CSeq, Via and Contact, no To tag, and Max-Forwards one less. Its session
     * is in the same application session, and its routing directive is CONTINUE.
     *
     * @param origRequest the initial request received
     * @param linked {@code true} to link the two requests and their sessions
     * @param headerMap header fields to set instead, by name: From, To, Contact, Route and any that is not a system
     *     header; an empty list leaves a field out; {@code null} changes nothing
     * @return the request, not yet sent
     * @throws IllegalArgumentException if {@code origRequest} is not initial or the map has a system header
     * @throws TooManyHopsException if Max-Forwards of {@code origRequest} is 0; no response is sent
     * @throws NullPointerException if {@code origRequest} is {@code null}
     */
    SipServletRequest createRequest(SipServletRequest origRequest, boolean linked, Map<String, List<String>> headerMap)
            throws IllegalArgumentException, TooManyHopsException;

    /**
     * Makes the initial request of the other side from a received one, without a link and without other header
     * fields.
     *
     * @param origRequest the initial request received
     * @return the request, not yet sent
     */
    SipServletRequest createRequest(SipServletRequest origRequest);

    /**
     * Makes the request inside the dialog of the other side from a received one, and links the requests and sessions.
     *
     * @param session the session the request is to be sent in
     * @param origRequest the request received in the other session
     * @param headerMap header fields to set instead, as for an initial request; {@code null} changes nothing
     * @return the request, not yet sent
     * @throws IllegalArgumentException if the map has a system header, or the session is linked with a third one
     * @throws NullPointerException if {@code session} or {@code origRequest} is {@code null}
     */
    SipServletRequest createRequest(
            SipSession session, SipServletRequest origRequest, Map<String, List<String>> headerMap)
            throws IllegalArgumentException;

    /**
     * Makes a CANCEL for the initial INVITE sent in a session.
     *
     * @param session the session
     * @return the CANCEL, not yet sent
     * @throws NullPointerException if {@code session} is {@code null}
     */
    SipServletRequest createCancel(SipSession session);
}
