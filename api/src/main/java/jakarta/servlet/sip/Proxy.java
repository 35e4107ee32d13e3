// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Forwards a request to one or more targets, and the best response back (RFC 3261 §16; JSR 289 §10). There is one for
 * each transaction. Settings count for the branches made after them.
 *
 * <pre>{@code
 * Proxy proxy = request.getProxy();
 * proxy.setRecordRoute(true);
 * proxy.setParallel(false);
 * proxy.proxyTo(List.of(desk, mobile));
 * }</pre>
 *
 * @see SipServletRequest#getProxy()
 */
public interface Proxy {
    /** {@return the request as it was received} */
    SipServletRequest getOriginalRequest();

    /**
     * Adds a target and forwards the request to it. May be called again until the final response was sent.
     *
     * @param uri the target, not {@code null}
     * @throws InsufficientBreadthException if Max-Breadth does not allow another branch (RFC 5393)
     * @throws IllegalStateException if the transaction is over, or a 2xx or 6xx came
     * @throws IllegalArgumentException if the container cannot route to a URI of that scheme
     * @throws NullPointerException if {@code uri} is {@code null}
     */
    void proxyTo(URI uri);

    /**
     * Adds targets and forwards the request to them, all at once or one after another as {@link #getParallel()} says.
     *
     * @param uris the targets, none of them {@code null}
     * @throws InsufficientBreadthException if Max-Breadth does not allow that many branches (RFC 5393)
     * @throws IllegalStateException if the transaction is over, or a 2xx or 6xx came
     * @throws IllegalArgumentException if the container cannot route to a URI of that scheme
     * @throws NullPointerException if {@code uris} or one of them is {@code null}
     */
    void proxyTo(List<? extends URI> uris);

    /**
     * Cancels all branches that have no final response; those not yet started never start.
     *
     * @throws IllegalStateException if the transaction is over
     */
    void cancel();

    /**
     * Cancels all branches and gives reasons, one Reason header field value for each index (RFC 3326).
     *
     * @param protocol such as {@code SIP} or {@code Q.850}
     * @param reasonCode the cause numbers
     * @param reasonText the texts
     */
    void cancel(String[] protocol, int[] reasonCode, String[] reasonText);

    /** {@return {@code true} if the targets of a 3xx response are tried too; at first it is} */
    boolean getRecurse();

    /**
     * Sets whether the targets of a 3xx response are tried too.
     *
     * @param recurse {@code true} to try them
     */
    void setRecurse(boolean recurse);

    /** {@return {@code true} if the application stays on the path of the dialog; at first it does not} */
    boolean getRecordRoute();

    /**
     * Sets whether the application stays on the path of the dialog, by a Record-Route header field.
     *
     * @param rr {@code true} to stay
     * @throws IllegalStateException if a branch was started
     */
    void setRecordRoute(boolean rr);

    /** {@return {@code true} if all targets are tried at once, {@code false} if one after another; at first true} */
    boolean getParallel();

    /**
     * Sets whether all targets are tried at once.
     *
     * @param parallel {@code true} for all at once, {@code false} for one after another
     */
    void setParallel(boolean parallel);

    /**
     * {@return {@code true}, always: there is no stateless proxying}
     *
     * @deprecated since 1.1; proxies are always stateful
     */
    @Deprecated
    boolean getStateful();

    /**
     * Has no effect.
     *
     * @param stateful ignored
     * @deprecated since 1.1; proxies are always stateful
     */
    @Deprecated
    void setStateful(boolean stateful);

    /** {@return {@code true} if the servlet gets the responses; at first it does} */
    boolean getSupervised();

    /**
     * Sets whether the servlet gets the responses.
     *
     * @param supervised {@code true} if it does
     */
    void setSupervised(boolean supervised);

    /**
     * {@return the time to wait for a final response, in seconds; at first that of the deployment descriptor, 180 if
     * it has none}
     */
    int getProxyTimeout();

    /**
     * {@return the time to wait for one of several targets, in seconds}
     *
     * @deprecated since 1.1; use {@link #getProxyTimeout()}
     */
    @Deprecated
    int getSequentialSearchTimeout();

    /**
     * Sets the time to wait for a final response: of each branch if they are tried one after another, of all together
     * if at once.
     *
     * @param seconds the time in seconds, above 0
     * @throws IllegalArgumentException if the container cannot do that
     */
    void setProxyTimeout(int seconds);

    /**
     * Sets the time to wait for one of several targets.
     *
     * @param seconds the time in seconds
     * @deprecated since 1.1; use {@link #setProxyTimeout(int)}
     */
    @Deprecated
    void setSequentialSearchTimeout(int seconds);

    /**
     * {@return the URI for the Record-Route header field; parameters the application sets on it come back in {@link
     * SipServletRequest#getPoppedRoute()} of later requests}
     *
     * @throws IllegalStateException if {@link #getRecordRoute()} is {@code false}
     */
    SipURI getRecordRouteURI();

    /**
     * Makes branches without starting them.
     *
     * @param targets the targets
     * @return the branches, in the order of the targets
     * @throws IllegalArgumentException if the container cannot route to a URI of that scheme
     * @throws IllegalStateException if the transaction is over
     */
    List<ProxyBranch> createProxyBranches(List<? extends URI> targets);

    /**
     * {@return the branch to a target, or {@code null} if there is none}
     *
     * @param uri the target
     */
    ProxyBranch getProxyBranch(URI uri);

    /** {@return the branches of this proxy, without those of a 3xx response} */
    List<ProxyBranch> getProxyBranches();

    /**
     * Starts the branches that were made but not started.
     *
     * @throws InsufficientBreadthException if Max-Breadth does not allow that many branches (RFC 5393)
     * @throws IllegalStateException if the transaction is over
     */
    void startProxy();

    /**
     * Starts the branches that were made but not started.
     *
     * @param timeoutCallback called for each branch whose time is over
     * @throws InsufficientBreadthException if Max-Breadth does not allow that many branches (RFC 5393)
     * @throws IllegalStateException if the transaction is over
     */
    void startProxy(ProxyBranch.Callback timeoutCallback);

    /**
     * Sets the interface to send from; it shows in Via, Record-Route and Path.
     *
     * @param address one of {@link SipServlet#OUTBOUND_INTERFACES} or {@link SipServlet#OUTBOUND_ADDRESSES}
     * @throws IllegalArgumentException if it is none of those
     * @throws NullPointerException if {@code address} is {@code null}
     */
    void setOutboundInterface(InetSocketAddress address);

    /**
     * Sets the interface to send from; it shows in Via, Record-Route and Path.
     *
     * @param address one of {@link SipServlet#OUTBOUND_INTERFACES} or {@link SipServlet#OUTBOUND_ADDRESSES}
     * @throws IllegalArgumentException if it is none of those
     * @throws NullPointerException if {@code address} is {@code null}
     * @throws IllegalStateException if the proxy can no longer be changed
     */
    void setOutboundInterface(InetAddress address);

    /**
     * Sets the flow to send over.
     *
     * @param flow an active flow
     * @throws IllegalArgumentException if the flow is not active
     */
    void setFlow(Flow flow);

    /** {@return the flow set by the application, or null} */
    Flow getFlow();

    /** {@return {@code true} if the application puts itself on the path of a REGISTER; at first it does not} */
    boolean getAddToPath();

    /**
     * Sets whether the application puts itself on the path of a REGISTER (RFC 3327).
     *
     * @param p {@code true} to do so
     */
    void setAddToPath(boolean p);

    /**
     * {@return the URI for the Path header field; parameters the application sets on it come back in {@link
     * SipServletRequest#getPoppedRoute()} of requests to the contact}
     *
     * @throws IllegalStateException if {@link #getAddToPath()} is {@code false}
     */
    SipURI getPathURI();

    /**
     * Sets whether the other branches go on after a 2xx came.
     *
     * @param noCancel {@code true} to let them go on
     */
    void setNoCancel(boolean noCancel);

    /** {@return {@code true} if the other branches go on after a 2xx came; at first they do not} */
    boolean getNoCancel();
}
