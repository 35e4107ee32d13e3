// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.sip.ar.SipApplicationRoutingDirective;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import java.io.BufferedReader;
import java.io.IOException;

/**
 * A SIP request. It is sent by a client ({@link SipServletMessage#send()}), answered by a server ({@link
 * #createResponse(int)}) or forwarded by a proxy ({@link #getProxy()}).
 *
 * <pre>{@code
 * @Override
 * protected void doInvite(SipServletRequest req) throws ServletException, IOException {
 *     if (req.getMaxForwards() < 10) {
 *         req.createResponse(SipServletResponse.SC_LOOP_DETECTED).send();
 *     } else {
 *         req.getProxy().proxyTo(req.getRequestURI());
 *     }
 * }
 * }</pre>
 */
public interface SipServletRequest extends ServletRequest, SipServletMessage {
    /** {@return the Request-URI} */
    URI getRequestURI();

    /**
     * Sets the Request-URI.
     *
     * @param uri the URI, not {@code null}
     * @throws NullPointerException if {@code uri} is {@code null}
     */
    void setRequestURI(URI uri);

    /**
     * Adds a value on top of Route; the request then goes there first.
     *
     * @param uri the URI of a loose router, with {@code lr}
     */
    void pushRoute(SipURI uri);

    /**
     * Adds a value on top of Route; the request then goes there first.
     *
     * @param uri the URI of a loose router, with {@code lr}
     */
    void pushRoute(Address uri);

    /** {@return the Max-Forwards, or -1 if there is none} */
    int getMaxForwards();

    /**
     * Sets the Max-Forwards.
     *
     * @param n 0 to 255
     * @throws IllegalArgumentException if {@code n} is out of range
     */
    void setMaxForwards(int n);

    /** {@return the Max-Breadth (RFC 5393), or -1 if there is none} */
    int getMaxBreadth();

    /**
     * Sets the Max-Breadth (RFC 5393).
     *
     * @param n 1 or more
     * @throws IllegalArgumentException if {@code n} is out of range
     */
    void setMaxBreadth(int n);

    /**
     * Sends the request: to the topmost Route, else to the Request-URI (RFC 3263). An initial request first goes
     * through the application router.
     *
     * @throws IOException if the request cannot be sent; no response follows then
     * @throws InsufficientBreadthException if Max-Breadth does not allow it (RFC 5393)
     */
    @Override
    void send() throws IOException;

    /**
     * {@return {@code true} if the request went, or will go, through the application router; {@code false} inside a
     * dialog, and for ACK and CANCEL}
     */
    boolean isInitial();

    /**
     * {@return {@code null}, always; see {@link #getRawContent()}}
     *
     * @throws IOException never
     */
    @Override
    ServletInputStream getInputStream() throws IOException;

    /**
     * {@return {@code null}, always; see {@link #getContent()}}
     *
     * @throws IOException never
     */
    @Override
    BufferedReader getReader() throws IOException;

    /**
     * {@return the proxy for this transaction, made if there is none}
     *
     * @throws TooManyHopsException if Max-Forwards is 0; the container has answered 483 then
     * @throws IllegalStateException if the application is a user agent for this request: it sent a final response or
     *     asked for the B2BUA helper
     */
    Proxy getProxy() throws TooManyHopsException;

    /**
     * {@return the proxy for this transaction, or {@code null} if there is none and {@code create} is false}
     *
     * @param create {@code true} to make one
     * @throws TooManyHopsException if Max-Forwards is 0; the container has answered 483 then
     * @throws IllegalStateException if the application is a user agent for this request: it sent a final response or
     *     asked for the B2BUA helper
     */
    Proxy getProxy(boolean create) throws TooManyHopsException;

    /**
     * Makes a response with the usual reason phrase.
     *
     * @param statuscode 100 to 699
     * @return the response, not yet sent
     * @throws IllegalArgumentException if the status code is not valid
     * @throws IllegalStateException if a final response was sent, or the request was not received
     */
    SipServletResponse createResponse(int statuscode);

    /**
     * Makes a response.
     *
     * @param statusCode 100 to 699
     * @param reasonPhrase the reason phrase; {@code null} stands for the usual one
     * @return the response, not yet sent
     * @throws IllegalArgumentException if the status code is not valid
     * @throws IllegalStateException if a final response was sent, or the request was not received
     */
    SipServletResponse createResponse(int statusCode, String reasonPhrase);

    /**
     * Makes a CANCEL for this INVITE. It is held back until a provisional response came (RFC 3261 §9.1).
     *
     * @return the CANCEL, not yet sent
     * @throws IllegalStateException if this is not an INVITE sent by this application, or it has a final response
     */
    SipServletRequest createCancel();

    /**
     * {@return the helper for back-to-back user agents; from now on the request cannot be proxied}
     *
     * @throws IllegalStateException if there is a proxy for this request
     */
    B2buaHelper getB2buaHelper();

    /**
     * {@return the Route that led to this application and was removed, or {@code null} if there was none; it has the
     * parameters the application gave it}
     */
    Address getPoppedRoute();

    /**
     * {@return the Route that led to this container and was removed, the same for all applications, or {@code null}
     * if there was none}
     */
    Address getInitialPoppedRoute();

    /**
     * Tells the application router how this request relates to another one.
     *
     * @param directive how it relates
     * @param origRequest the initial request received; not needed for NEW
     * @throws IllegalStateException if this request is not initial or was sent, or {@code origRequest} is not an
     *     initial request of this application
     */
    void setRoutingDirective(SipApplicationRoutingDirective directive, SipServletRequest origRequest)
            throws IllegalStateException;

    /**
     * {@return how this request relates to others for the application router}
     *
     * @throws IllegalStateException if the request is not initial
     */
    SipApplicationRoutingDirective getRoutingDirective() throws IllegalStateException;

    /**
     * {@return the region this application was called in}
     *
     * @throws IllegalStateException if the request is not initial
     */
    SipApplicationRoutingRegion getRegion();

    /**
     * {@return the URI of the subscriber this application was called for}
     *
     * @throws IllegalStateException if the request is not initial
     */
    URI getSubscriberURI();

    /**
     * Answers all challenges of a 401 or 407 for which there is a user name (RFC 3261 §22).
     *
     * @param challengeResponse the response to an earlier request
     * @param authInfo the user names and passwords
     */
    void addAuthHeader(SipServletResponse challengeResponse, AuthInfo authInfo);

    /**
     * Answers all challenges of a 401 or 407 with one user name (RFC 3261 §22).
     *
     * @param challengeResponse the response to an earlier request
     * @param username the user name
     * @param password the password
     */
    void addAuthHeader(SipServletResponse challengeResponse, String username, String password);

    /** {@return the id of the request, unique in its session; a CANCEL has that of its INVITE} */
    String getId();

    /** {@return the final response received or sent, or {@code null} while there is none} */
    SipServletResponse getFinalResponse();

    /**
     * {@return the response this ACK or PRACK is for}
     *
     * @throws IllegalStateException if this is neither an ACK nor a PRACK
     */
    SipServletResponse getAcknowledgedResponse();

    /**
     * Makes another dialog of this INVITE, with a To tag and a session of its own.
     *
     * @return the branch
     * @throws IllegalStateException if this is not an initial INVITE received by a user agent server, or it has a
     *     final response
     */
    InviteBranch createInviteBranch();

    /** {@return {@code true} if the Request-URI leads to this container} */
    boolean isRequestUriInternal();
}
