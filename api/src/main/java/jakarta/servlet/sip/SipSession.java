// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Enumeration;

/**
 * The application's side of a dialog, or of a request that may make one (JSR 289 §6). Later messages of the dialog
 * come with the same session. If a request forks, each further dialog makes a derived session. Usable by several
 * threads.
 *
 * <pre>{@code
 * SipServletRequest bye = session.createRequest("BYE");
 * bye.send();
 * }</pre>
 */
public interface SipSession extends AttributeStore {
    /** {@return the time it was made, in milliseconds since 1970} */
    long getCreationTime();

    /** {@return its id, unique in the container} */
    String getId();

    /** {@return the time of its last message, in milliseconds since 1970; the creation time if there was none} */
    long getLastAccessedTime();

    /**
     * Lets the container end the dialog, by the messages its state asks for: CANCEL or an error response, BYE, or the
     * end of a subscription. None of them comes to a servlet.
     *
     * @throws IllegalStateException if there is no dialog, it is being ended already, or the application is a proxy
     */
    void terminateDialog();

    /**
     * Lets the container end the dialog, as {@link #terminateDialog()}.
     *
     * @param listener sees the messages this takes
     * @throws IllegalStateException if there is no dialog, it is being ended already, or the application is a proxy
     */
    void terminateDialog(AutomaticProcessingListener listener);

    /**
     * Lets the container end a dialog it is a proxy of, by a BYE to both sides.
     *
     * @throws IllegalStateException if there is no such dialog, or it is being ended already
     */
    void terminateProxiedDialog();

    /**
     * Lets the container end a dialog it is a proxy of, by a BYE to both sides.
     *
     * @param listener sees the messages this takes
     * @throws IllegalStateException if there is no such dialog, or it is being ended already
     */
    void terminateProxiedDialog(AutomaticProcessingListener listener);

    /**
     * Lets the container end a dialog it is a proxy of, by a BYE to one side.
     *
     * @param direction the side
     * @throws IllegalStateException if there is no such dialog, or it is being ended already
     */
    void terminateProxiedDialog(UAMode direction);

    /**
     * Lets the container end a dialog it is a proxy of, by a BYE to one side.
     *
     * @param direction the side
     * @param listener sees the messages this takes
     * @throws IllegalStateException if there is no such dialog, or it is being ended already
     */
    void terminateProxiedDialog(UAMode direction, AutomaticProcessingListener listener);

    /**
     * Ends the session. No message is sent; later requests of the dialog are answered 481.
     *
     * @throws IllegalStateException if the session is not valid
     */
    void invalidate();

    /**
     * {@return {@code true} if nothing more is to come: the dialog is over, or there was none and no transaction is
     * pending}
     *
     * @throws IllegalStateException if the session is not valid
     */
    boolean isReadyToInvalidate();

    /**
     * Sets whether the container ends the session when it is ready to.
     *
     * @param invalidateWhenReady {@code true}, as it is at first, to let it end
     * @throws IllegalStateException if the session is not valid
     */
    void setInvalidateWhenReady(boolean invalidateWhenReady);

    /**
     * {@return {@code true} if the container ends the session when it is ready to}
     *
     * @throws IllegalStateException if the session is not valid
     */
    boolean getInvalidateWhenReady();

    /** {@return the application session it belongs to} */
    SipApplicationSession getApplicationSession();

    /**
     * {@return what holds together the sessions of one forked request, or {@code null} if there is none}
     *
     * @throws IllegalStateException if the session is not valid
     */
    ForkingContext getForkingContext();

    /** {@return the Call-ID} */
    String getCallId();

    /** {@return the address of this side: From of the requests it sends} */
    Address getLocalParty();

    /** {@return the address of the other side} */
    Address getRemoteParty();

    /**
     * Makes a request of this dialog, or, if there is none, of this Call-ID.
     *
     * @param method the method, not ACK or CANCEL
     * @return the request, not yet sent
     * @throws IllegalArgumentException if the method is not allowed
     * @throws IllegalStateException if the session is not valid or terminated, or the application is a proxy
     */
    SipServletRequest createRequest(String method);

    /**
     * Sets the servlet for the later messages of this session.
     *
     * @param name the name of a servlet of this application
     * @throws ServletException if there is no such servlet
     * @throws IllegalStateException if the session is not valid
     */
    void setHandler(String name) throws ServletException;

    /**
     * {@return the names of all attributes}
     *
     * @deprecated since 2.0; use {@link #getAttributeNameSet()}
     */
    @Deprecated
    Enumeration<String> getAttributeNames();

    /**
     * {@return the state of the dialog}
     *
     * @throws IllegalStateException if the session is not valid
     */
    State getState();

    /**
     * Sets the interface to send from.
     *
     * @param address one of {@link SipServlet#OUTBOUND_INTERFACES} or {@link SipServlet#OUTBOUND_ADDRESSES}
     * @throws IllegalStateException if the session is not valid
     * @throws IllegalArgumentException if it is none of those
     * @throws NullPointerException if {@code address} is {@code null}
     */
    void setOutboundInterface(InetSocketAddress address);

    /**
     * Sets the interface to send from.
     *
     * @param address one of {@link SipServlet#OUTBOUND_INTERFACES} or {@link SipServlet#OUTBOUND_ADDRESSES}
     * @throws IllegalStateException if the session is not valid
     * @throws IllegalArgumentException if it is none of those
     * @throws NullPointerException if {@code address} is {@code null}
     */
    void setOutboundInterface(InetAddress address);

    /**
     * Sets the flow to send requests over.
     *
     * @param flow an active flow
     * @throws IllegalArgumentException if the flow is not active
     */
    void setFlow(Flow flow);

    /** {@return the flow of the session, or {@code null} if there is none} */
    Flow getFlow();

    /** {@return {@code false} once the session has ended} */
    boolean isValid();

    /**
     * {@return the region this application was called in}
     *
     * @throws IllegalStateException if the session is not valid, or began with a request of this application
     */
    SipApplicationRoutingRegion getRegion();

    /**
     * {@return the URI of the subscriber this application was called for}
     *
     * @throws IllegalStateException if the session is not valid, or began with a request of this application
     */
    URI getSubscriberURI();

    /** {@return the context of the application} */
    ServletContext getServletContext();

    /** {@return the session timer of the dialog (RFC 4028)} */
    SessionKeepAlive getKeepAlive();

    /**
     * {@return the request with an id that has no final response yet, or {@code null} if there is none}
     *
     * @param requestId see {@link SipServletRequest#getId()}
     */
    SipServletRequest getActiveRequest(String requestId);

    /**
     * {@return the requests that have no final response yet, among them an INVITE that has no ACK yet; empty if there
     * are none}
     *
     * @param mode UAC for those sent, UAS for those received
     */
    Collection<SipServletRequest> getActiveRequests(UAMode mode);

    /**
     * {@return the INVITE that has no final response or no ACK yet, or {@code null} if there is none}
     *
     * @param mode UAC for one sent, UAS for one received
     */
    SipServletRequest getActiveInvite(UAMode mode);

    /**
     * {@return the reliable provisional response with an id that has no PRACK yet, or {@code null} if there is none}
     *
     * @param provisionalResponseId see {@link SipServletResponse#getProvisionalResponseId()}
     */
    SipServletResponse getUnacknowledgedProvisionalResponse(String provisionalResponseId);

    /**
     * {@return the reliable provisional responses that have no PRACK yet; empty if there are none}
     *
     * @param mode UAC for those received, UAS for those sent
     */
    Collection<SipServletResponse> getUnacknowledgedProvisionalResponses(UAMode mode);

    /** {@return the branch of the initial INVITE, or {@code null} once it is over} */
    InviteBranch getActiveInviteBranch();

    /** The state of a dialog (RFC 3261 §12). */
    enum State {
        /** There is no dialog. */
        INITIAL,

        /** A provisional response made a dialog. */
        EARLY,

        /** A 2xx made or confirmed the dialog. */
        CONFIRMED,

        /** The dialog is over. */
        TERMINATED
    }
}
