// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.Set;

/**
 * A SIP response, received by a client or proxy, or sent by a server. The constants are named after the reason
 * phrases of RFC 3261 §21 and other RFCs.
 *
 * <pre>{@code
 * SipServletResponse ringing = invite.createResponse(SipServletResponse.SC_RINGING);
 * ringing.sendReliably();
 * }</pre>
 *
 * @see SipServletRequest#createResponse(int)
 */
public interface SipServletResponse extends ServletResponse, SipServletMessage {
    /** 100 Trying. Sent and taken by the container. */
    int SC_TRYING = 100;

    /** 180 Ringing. */
    int SC_RINGING = 180;

    /** 181 Call Is Being Forwarded. */
    int SC_CALL_BEING_FORWARDED = 181;

    /** 182 Queued. */
    int SC_CALL_QUEUED = 182;

    /** 183 Session Progress. */
    int SC_SESSION_PROGRESS = 183;

    /** 200 OK. */
    int SC_OK = 200;

    /** 202 Accepted (RFC 3265; deprecated by RFC 6665). */
    int SC_ACCEPTED = 202;

    /** 300 Multiple Choices. */
    int SC_MULTIPLE_CHOICES = 300;

    /** 301 Moved Permanently. */
    int SC_MOVED_PERMANENTLY = 301;

    /** 302 Moved Temporarily. */
    int SC_MOVED_TEMPORARILY = 302;

    /** 305 Use Proxy. */
    int SC_USE_PROXY = 305;

    /** 380 Alternative Service. */
    int SC_ALTERNATIVE_SERVICE = 380;

    /** 400 Bad Request. */
    int SC_BAD_REQUEST = 400;

    /** 401 Unauthorized: a challenge of a user agent server or registrar. */
    int SC_UNAUTHORIZED = 401;

    /** 402 Payment Required. */
    int SC_PAYMENT_REQUIRED = 402;

    /** 403 Forbidden. */
    int SC_FORBIDDEN = 403;

    /** 404 Not Found. */
    int SC_NOT_FOUND = 404;

    /** 405 Method Not Allowed. */
    int SC_METHOD_NOT_ALLOWED = 405;

    /** 406 Not Acceptable. */
    int SC_NOT_ACCEPTABLE = 406;

    /** 407 Proxy Authentication Required: a challenge of a proxy. */
    int SC_PROXY_AUTHENTICATION_REQUIRED = 407;

    /** 408 Request Timeout. */
    int SC_REQUEST_TIMEOUT = 408;

    /** 410 Gone. */
    int SC_GONE = 410;

    /** 412 Conditional Request Failed (RFC 3903). */
    int SC_CONDITIONAL_REQUEST_FAILED = 412;

    /** 413 Request Entity Too Large. */
    int SC_REQUEST_ENTITY_TOO_LARGE = 413;

    /** 414 Request-URI Too Long. */
    int SC_REQUEST_URI_TOO_LONG = 414;

    /** 415 Unsupported Media Type. */
    int SC_UNSUPPORTED_MEDIA_TYPE = 415;

    /** 416 Unsupported URI Scheme. */
    int SC_UNSUPPORTED_URI_SCHEME = 416;

    /** 420 Bad Extension. */
    int SC_BAD_EXTENSION = 420;

    /** 421 Extension Required. */
    int SC_EXTENSION_REQUIRED = 421;

    /** 422 Session Interval Too Small (RFC 4028). */
    int SC_SESSION_INTERVAL_TOO_SMALL = 422;

    /** 423 Interval Too Brief. */
    int SC_INTERVAL_TOO_BRIEF = 423;

    /** 428 Use Identity Header (RFC 8224). */
    int SC_USE_IDENTITY_HEADER = 428;

    /** 429 Provide Referrer Identity (RFC 3892). */
    int SC_PROVIDE_REFERER_IDENTITY = 429;

    /** 436 Bad Identity Info (RFC 8224). */
    int SC_BAD_IDENTITY_INFO = 436;

    /** 437 Unsupported Credential (RFC 8224). */
    int SC_UNSUPPORTED_CERTIFICATE = 437;

    /** 438 Invalid Identity Header (RFC 8224). */
    int SC_INVALID_IDENTITY_HEADER = 438;

    /** 440 Max-Breadth Exceeded (RFC 5393). */
    int SC_MAX_BREADTH_EXCEEDED = 440;

    /** 480 Temporarily Unavailable; the name is misspelled in JSR 116 and later. */
    int SC_TEMPORARLY_UNAVAILABLE = 480;

    /** Status 480 Temporarily Unavailable; the same as {@link #SC_TEMPORARLY_UNAVAILABLE}, spelled right. */
    int SC_TEMPORARILY_UNAVAILABLE = 480;

    /** 481 Call/Transaction Does Not Exist. */
    int SC_CALL_LEG_DONE = 481;

    /** 482 Loop Detected. */
    int SC_LOOP_DETECTED = 482;

    /** 483 Too Many Hops. */
    int SC_TOO_MANY_HOPS = 483;

    /** 484 Address Incomplete. */
    int SC_ADDRESS_INCOMPLETE = 484;

    /** 485 Ambiguous. */
    int SC_AMBIGUOUS = 485;

    /** 486 Busy Here. */
    int SC_BUSY_HERE = 486;

    /** 487 Request Terminated. */
    int SC_REQUEST_TERMINATED = 487;

    /** 488 Not Acceptable Here. */
    int SC_NOT_ACCEPTABLE_HERE = 488;

    /** 489 Bad Event (RFC 6665). */
    int SC_BAD_EVENT = 489;

    /** 491 Request Pending. */
    int SC_REQUEST_PENDING = 491;

    /** 493 Undecipherable. */
    int SC_UNDECIPHERABLE = 493;

    /** 494 Security Agreement Required (RFC 3329). */
    int SC_SECURITY_AGREEMENT_REQUIRED = 494;

    /** 500 Server Internal Error. */
    int SC_SERVER_INTERNAL_ERROR = 500;

    /** 501 Not Implemented. */
    int SC_NOT_IMPLEMENTED = 501;

    /** 502 Bad Gateway. */
    int SC_BAD_GATEWAY = 502;

    /** 503 Service Unavailable. */
    int SC_SERVICE_UNAVAILABLE = 503;

    /** 504 Server Time-out. */
    int SC_SERVER_TIMEOUT = 504;

    /** 505 Version Not Supported. */
    int SC_VERSION_NOT_SUPPORTED = 505;

    /** 513 Message Too Large. */
    int SC_MESSAGE_TOO_LARGE = 513;

    /** 580 Precondition Failure (RFC 3312). */
    int SC_PRECONDITION_FAILURE = 580;

    /** 600 Busy Everywhere. */
    int SC_BUSY_EVERYWHERE = 600;

    /** 603 Decline. */
    int SC_DECLINE = 603;

    /**
     * 604 Does Not Exist Anywhere.
     *
     * @deprecated since 2.0, for its spelling; use {@link #SC_DOES_NOT_EXIST_ANYWHERE}
     */
    @Deprecated
    int SC_DOES_NOT_EXIT_ANYWHERE = 604;

    /** 604 Does Not Exist Anywhere. */
    int SC_DOES_NOT_EXIST_ANYWHERE = 604;

    /** 606 Not Acceptable. */
    int SC_NOT_ACCEPTABLE_ANYWHERE = 606;

    /** {@return the request this response answers} */
    SipServletRequest getRequest();

    /** {@return the status code} */
    int getStatus();

    /**
     * Sets the status code and its usual reason phrase.
     *
     * @param statusCode 100 to 699
     */
    void setStatus(int statusCode);

    /**
     * Sets status code and reason phrase.
     *
     * @param statusCode 100 to 699
     * @param reasonPhrase the reason phrase; {@code null} stands for the usual one
     * @throws IllegalArgumentException if the status code is not valid
     */
    void setStatus(int statusCode, String reasonPhrase);

    /** {@return the reason phrase} */
    String getReasonPhrase();

    /**
     * {@return {@code null}, always; see {@link #setContent(Object, String)}}
     *
     * @throws IOException never
     */
    @Override
    ServletOutputStream getOutputStream() throws IOException;

    /**
     * {@return {@code null}, always; see {@link #setContent(Object, String)}}
     *
     * @throws IOException never
     */
    @Override
    PrintWriter getWriter() throws IOException;

    /** {@return the proxy that received this response, or {@code null} if the application did not proxy the request} */
    Proxy getProxy();

    /** {@return the branch this response came on, or {@code null} if the application did not proxy the request} */
    ProxyBranch getProxyBranch();

    /**
     * Sends a provisional response that the client acknowledges by PRACK and that is repeated until then (RFC 3262).
     *
     * @throws Rel100Exception if the response is not provisional or not to an INVITE, or the client does not support
     *     it
     * @throws IllegalStateException if it was already sent
     */
    void sendReliably() throws Rel100Exception;

    /**
     * Sends the response.
     *
     * @throws IOException if it cannot be sent
     * @throws IllegalStateException if it was received or already sent, or a final response was sent
     */
    @Override
    void send() throws IOException;

    /**
     * Makes the ACK for this 2xx to an INVITE; the ACK for any other response is sent by the container. If the 2xx
     * comes again the container repeats the ACK.
     *
     * @return the ACK, not yet sent
     * @throws IllegalStateException if no ACK is due: this is not a 2xx to an INVITE of this application, or there is
     *     one already
     */
    SipServletRequest createAck();

    /**
     * Makes the PRACK for this reliable provisional response (RFC 3262).
     *
     * @return the PRACK, not yet sent
     * @throws Rel100Exception if this is not a reliable provisional response to an INVITE
     * @throws IllegalStateException if there is one already, or the transaction is over
     */
    SipServletRequest createPrack() throws Rel100Exception;

    /** {@return the realms of the challenges in this 401 or 407; empty if there are none} */
    Iterator<String> getChallengeRealms();

    /** {@return the realms of the challenges in this 401 or 407; empty if there are none} */
    Set<String> getChallengeRealmSet();

    /** {@return {@code true} if this is a final response to a branch of a proxy that is not (yet) the best} */
    boolean isBranchResponse();

    /** {@return {@code true} if this is a provisional response that needs a PRACK (RFC 3262)} */
    boolean isReliableProvisional();

    /**
     * {@return a text that names this reliable provisional response within its session}
     *
     * @throws IllegalStateException if this is not a reliable provisional response
     */
    String getProvisionalResponseId();

    /**
     * {@return the branch of the INVITE this response belongs to, or {@code null} if it is not to an initial INVITE}
     */
    InviteBranch getInviteBranch();
}
