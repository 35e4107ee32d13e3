// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.GenericServlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;

/**
 * The class a SIP servlet extends: it gets the requests and responses of an application and hands each to a method of its
 * own (JSR 289 §2). An application overrides the methods it cares about; the others do nothing, so a request nobody
 * overrides the method for is not answered.
 *
 * <p>There is one object per servlet, used by several threads at once, for different application sessions.
 *
 * <pre>{@code
 * @jakarta.servlet.sip.annotation.SipServlet
 * public class Echo extends SipServlet {
 *     @Override
 *     protected void doMessage(SipServletRequest req) throws ServletException, IOException {
 *         req.createResponse(SipServletResponse.SC_OK).send();
 *     }
 * }
 * }</pre>
 */
public abstract class SipServlet extends GenericServlet {

    /** The context attribute that holds the {@link SipFactory} of the application. */
    public static final String SIP_FACTORY = "jakarta.servlet.sip.SipFactory";

    /** The context attribute that holds the {@link TimerService} of the application. */
    public static final String TIMER_SERVICE = "jakarta.servlet.sip.TimerService";

    /** The context attribute that holds the {@link DnsResolver}. */
    public static final String DNS_RESOLVER = "jakarta.servlet.sip.DnsResolver";

    /**
     * The context attribute that holds the option tags of the SIP extensions the container implements, an immutable
     * {@code List<String>}.
     */
    public static final String SUPPORTED = "jakarta.servlet.sip.supported";

    /**
     * The context attribute that holds the numbers of the RFCs the container implements, an immutable
     * {@code List<String>}.
     */
    public static final String SUPPORTED_RFCs = "jakarta.servlet.sip.supportedRfcs";

    /**
     * The context attribute that holds the URIs of the interfaces the container can send from, an immutable
     * {@code List<SipURI>}.
     *
     * @see SipSession#setOutboundInterface(java.net.InetSocketAddress)
     */
    public static final String OUTBOUND_INTERFACES = "jakarta.servlet.sip.outboundInterfaces";

    /**
     * The context attribute that holds the addresses the container can send from, an immutable
     * {@code List<InetAddress>}.
     *
     * @see SipSession#setOutboundInterface(java.net.InetAddress)
     */
    public static final String OUTBOUND_ADDRESSES = "jakarta.servlet.sip.outboundAddresses";

    /** The context attribute that holds the {@link SipSessionsUtil} of the application. */
    public static final String SIP_SESSIONS_UTIL = "jakarta.servlet.sip.SipSessionsUtil";

    /**
     * The context attribute that tells whether the container implements reliable provisional responses (RFC 3262).
     *
     * @deprecated since 1.1; look for {@code 100rel} in {@link #SUPPORTED}
     */
    @Deprecated
    public static final String PRACK_SUPPORTED = "jakarta.servlet.sip.100rel";

    /**
     * The execution property of a managed task that names the key of the application session to run in, see
     * {@link SipSessionsUtil#getApplicationSessionByKey(String, boolean)}.
     */
    public static final String SIP_APPLICATIONSESSION_KEY = "jakarta.servlet.sip.ApplicationSessionKey";

    /**
     * The execution property of a managed task that names the id of the application session to run in, see
     * {@link SipApplicationSession#getId()}.
     */
    public static final String SIP_APPLICATIONSESSION_ID = "jakarta.servlet.sip.ApplicationSessionId";

    /** The execution property of a managed task that asks for a new application session to run in. */
    public static final String SIP_APPLICATIONSESSION_CREATE = "jakarta.servlet.sip.ApplicationSession.create";

    /** For subclasses. Initialization belongs in {@link #init()}. */
    public SipServlet() {}

    /**
     * Takes a message from the container and hands it to {@link #doRequest} or {@link #doResponse}. There is seldom a
     * reason to override this.
     *
     * @param req the request, or {@code null} if the message is a response; a {@link SipServletRequest}
     * @param resp the response, or {@code null} if the message is a request; a {@link SipServletResponse}
     * @throws ServletException if the application fails, or if not exactly one argument is given, or it is not of SIP
     * @throws IOException if input or output fails
     */
    @Override
    public void service(ServletRequest req, ServletResponse resp) throws ServletException, IOException {
        if (resp == null && req instanceof SipServletRequest request) {
            doRequest(request);
        } else if (req == null && resp instanceof SipServletResponse response) {
            doResponse(response);
        } else {
            throw new ServletException("expected a SipServletRequest or a SipServletResponse, and only one of them");
        }
    }

    /**
     * Hands a request to the method named after its SIP method. A request of another method is dropped; override this
     * to take it.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doRequest(SipServletRequest req) throws ServletException, IOException {
        switch (req.getMethod()) {
            case "INVITE" -> doInvite(req);
            case "ACK" -> doAck(req);
            case "OPTIONS" -> doOptions(req);
            case "BYE" -> doBye(req);
            case "CANCEL" -> doCancel(req);
            case "REGISTER" -> doRegister(req);
            case "SUBSCRIBE" -> doSubscribe(req);
            case "NOTIFY" -> doNotify(req);
            case "MESSAGE" -> doMessage(req);
            case "INFO" -> doInfo(req);
            case "PRACK" -> doPrack(req);
            case "UPDATE" -> doUpdate(req);
            case "REFER" -> doRefer(req);
            case "PUBLISH" -> doPublish(req);
            default -> {
                // a method this class does not know is for an override of doRequest
            }
        }
    }

    /**
     * Takes an INVITE of a new call, or a re-INVITE if {@link SipServletRequest#isInitial()} is false (RFC 3261 §13).
     * Does nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doInvite(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Takes an ACK for a 2xx response; the ACK for any other response ends in the container (RFC 3261 §13). Does
     * nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doAck(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Takes an OPTIONS (RFC 3261 §11). Does nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doOptions(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Takes a BYE (RFC 3261 §15). Does nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doBye(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Takes a CANCEL whose INVITE was received by this application; the container has answered both, so this is only a
     * notice (RFC 3261 §9). Does nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doCancel(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Takes a REGISTER (RFC 3261 §10). Does nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doRegister(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Takes a SUBSCRIBE (RFC 6665). Does nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doSubscribe(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Takes a NOTIFY (RFC 6665). Does nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doNotify(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Takes a MESSAGE (RFC 3428). Does nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doMessage(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Takes an INFO (RFC 6086). Does nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doInfo(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Takes a PRACK, which the application answers (RFC 3262). Does nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doPrack(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Takes a UPDATE (RFC 3311). Does nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doUpdate(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Takes a REFER (RFC 3515). Does nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doRefer(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Takes a PUBLISH (RFC 3903). Does nothing unless overridden.
     *
     * @param req the request, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doPublish(SipServletRequest req) throws ServletException, IOException {}

    /**
     * Hands a response to the method for its kind: {@link #doBranchResponse} if
     * {@link SipServletResponse#isBranchResponse()}, else by its status code.
     *
     * @param resp the response, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doResponse(SipServletResponse resp) throws ServletException, IOException {
        int status = resp.getStatus();
        if (resp.isBranchResponse()) {
            doBranchResponse(resp);
        } else if (status < 200) {
            if (status > 100) {
                doProvisionalResponse(resp);
            }
        } else if (status < 300) {
            doSuccessResponse(resp);
        } else if (status < 400) {
            doRedirectResponse(resp);
        } else {
            doErrorResponse(resp);
        }
    }

    /**
     * Takes a provisional response, 101 to 199; a 100 never reaches the application. Does nothing unless overridden.
     *
     * @param resp the response, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doProvisionalResponse(SipServletResponse resp) throws ServletException, IOException {}

    /**
     * Takes a 2xx response. Does nothing unless overridden.
     *
     * @param resp the response, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doSuccessResponse(SipServletResponse resp) throws ServletException, IOException {}

    /**
     * Takes a 3xx response. Does nothing unless overridden.
     *
     * @param resp the response, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doRedirectResponse(SipServletResponse resp) throws ServletException, IOException {}

    /**
     * Takes a response of 400 or above, received or made by the container on a timeout or a transport error. Does
     * nothing unless overridden.
     *
     * @param resp the response, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doErrorResponse(SipServletResponse resp) throws ServletException, IOException {}

    /**
     * Takes an intermediate final response of a proxy branch, not (yet) the best one. Does nothing unless overridden.
     *
     * @param resp the response, not {@code null}
     * @throws ServletException if the application fails
     * @throws IOException if input or output fails
     */
    protected void doBranchResponse(SipServletResponse resp) throws ServletException, IOException {}

    /**
     * Writes a line, with the name of this servlet in front, to the log of the application.
     *
     * @param message the text
     * @throws IllegalStateException if the servlet is not initialized
     */
    @Override
    public void log(String message) {
        super.log(message);
    }

    /**
     * Writes a line and a stack trace, with the name of this servlet in front, to the log of the application.
     *
     * @param message the text
     * @param t what happened
     * @throws IllegalStateException if the servlet is not initialized
     */
    @Override
    public void log(String message, Throwable t) {
        super.log(message, t);
    }
}
