// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * One target of a proxy and the transaction with it (JSR 289 §10). A branch takes its settings from its proxy when it
 * is made.
 *
 * <pre>{@code
 * for (ProxyBranch branch : proxy.createProxyBranches(targets)) {
 *     branch.getRequest().setHeader("Alert-Info", "<urn:alert:service:forward>");
 * }
 * proxy.startProxy();
 * }</pre>
 */
public interface ProxyBranch {
    /**
     * {@return the request as it is sent on this branch; until the start its header fields can be changed and routes
     * pushed}
     */
    SipServletRequest getRequest();

    /**
     * Cancels this branch and those made by its 3xx response; one that was not started never starts.
     *
     * @throws IllegalStateException if it is over
     */
    void cancel();

    /**
     * Cancels this branch and gives reasons, one Reason header field value for each index (RFC 3326).
     *
     * @param protocol such as {@code SIP} or {@code Q.850}
     * @param reasonCode the cause numbers
     * @param reasonText the texts
     */
    void cancel(String[] protocol, int[] reasonCode, String[] reasonText);

    /** {@return the time to wait for a final response, in seconds} */
    int getProxyBranchTimeout();

    /**
     * Sets the time to wait for a final response; when it is over the branch is cancelled.
     *
     * @param seconds the time in seconds, above 0; not above that of the proxy if its targets are tried all at once
     * @throws IllegalArgumentException if the container cannot do that
     */
    void setProxyBranchTimeout(int seconds);

    /** {@return {@code true} if the targets of a 3xx response are tried too} */
    boolean getRecurse();

    /**
     * Sets whether the targets of a 3xx response are tried too.
     *
     * @param recurse {@code true} to try them
     */
    void setRecurse(boolean recurse);

    /** {@return {@code true} if the application stays on the path of the dialog} */
    boolean getRecordRoute();

    /**
     * Sets whether the application stays on the path of the dialog.
     *
     * @param rr {@code true} to stay
     * @throws IllegalStateException if the branch was started
     */
    void setRecordRoute(boolean rr);

    /** {@return {@code true} if the application puts itself on the path of a REGISTER} */
    boolean getAddToPath();

    /**
     * Sets whether the application puts itself on the path of a REGISTER (RFC 3327).
     *
     * @param p {@code true} to do so
     */
    void setAddToPath(boolean p);

    /**
     * {@return the URI for the Record-Route header field of this branch}
     *
     * @throws IllegalStateException if {@link #getRecordRoute()} is {@code false}
     */
    SipURI getRecordRouteURI();

    /**
     * {@return the URI for the Path header field of this branch}
     *
     * @throws IllegalStateException if {@link #getAddToPath()} is {@code false}
     */
    SipURI getPathURI();

    /**
     * Sets the interface to send this branch from.
     *
     * @param address one of {@link SipServlet#OUTBOUND_INTERFACES} or {@link SipServlet#OUTBOUND_ADDRESSES}
     * @throws IllegalArgumentException if it is none of those
     * @throws NullPointerException if {@code address} is {@code null}
     */
    void setOutboundInterface(InetSocketAddress address);

    /**
     * Sets the flow to send this branch over.
     *
     * @param flow an active flow
     * @throws IllegalArgumentException if the flow is not active
     */
    void setFlow(Flow flow);

    /** {@return the flow set by the application, or null} */
    Flow getFlow();

    /**
     * Sets the interface to send this branch from.
     *
     * @param address one of {@link SipServlet#OUTBOUND_INTERFACES} or {@link SipServlet#OUTBOUND_ADDRESSES}
     * @throws IllegalArgumentException if it is none of those
     * @throws NullPointerException if {@code address} is {@code null}
     * @throws IllegalStateException if the branch can no longer be changed
     */
    void setOutboundInterface(InetAddress address);

    /** {@return the last response on this branch, or {@code null} if there is none} */
    SipServletResponse getResponse();

    /** {@return {@code true} once the request was sent} */
    boolean isStarted();

    /** {@return the branches made by a 3xx response on this one; empty if there are none} */
    List<ProxyBranch> getRecursedProxyBranches();

    /** {@return the proxy this branch belongs to} */
    Proxy getProxy();

    /** Is told when the time of a branch is over (JSR 359). */
    interface Callback {
        /**
         * Takes a branch whose time is over. More branches may be started.
         *
         * @param branch the branch
         */
        void handle(ProxyBranch branch);
    }
}
