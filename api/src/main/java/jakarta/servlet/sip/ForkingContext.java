// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.Set;

/**
 * Holds together the sessions that one forked request made (JSR 359). It is valid while one of them is.
 *
 * <pre>{@code
 * invite.getSession().getForkingContext().terminateDialogs(null, answered); // ends all other dialogs
 * }</pre>
 */
public interface ForkingContext extends AttributeStore {
    /**
     * {@return the sessions in the order of their dialogs; immutable}
     *
     * @throws IllegalStateException if the context is not valid
     */
    Set<SipSession> getSipSessions();

    /**
     * Ends the dialog of every session, and of every one that is still to come, as {@link
     * SipSession#terminateDialog()} does.
     *
     * @param listener sees the messages this takes; may be {@code null}
     * @param exclude sessions to leave alone
     * @throws IllegalStateException if the context is not valid or the sessions are of a proxy
     */
    void terminateDialogs(AutomaticProcessingListener listener, SipSession... exclude);

    /** {@return {@code true} while one of the sessions is valid} */
    boolean isValid();

    /**
     * Makes a request in a new session of this context. It is for methods that make a dialog of their own out of a
     * forked request, as NOTIFY does (RFC 6665).
     *
     * @param method the method
     * @return the request, not yet sent
     * @throws IllegalArgumentException if the method makes no such dialog
     * @throws IllegalStateException if the context is not valid or its sessions are of a proxy
     */
    SipServletRequest createRequest(String method);
}
