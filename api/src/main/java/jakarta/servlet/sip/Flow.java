// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

/**
 * A way to and from a peer that stays the same for its life: a connection, or a pair of UDP addresses (RFC 5626; JSR
 * 359).
 *
 * <pre>{@code
 * SipSession session = register.getSession();
 * String token = session.getFlow().getToken();       // stored with the binding
 * Flow flow = ((SipServletContext) getServletContext()).getFlow(token);
 * }</pre>
 */
public interface Flow {
    /** {@return a text that names the flow and that nobody else can make up (RFC 5626 §5.2)} */
    String getToken();

    /** {@return the URI of this end} */
    SipURI getLocalURI();

    /** {@return the URI of the peer} */
    SipURI getRemoteURI();

    /** Tells that the application no longer needs the flow. The container may close it. */
    void release();

    /** {@return {@code false} once the flow is closed or has failed} */
    boolean isActive();
}
