// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.lang.annotation.Annotation;
import java.util.Set;

/**
 * Finds the sessions of an application (JSR 289 §16). Injected, or the context attribute {@link
 * SipServlet#SIP_SESSIONS_UTIL}.
 *
 * <pre>{@code
 * SipApplicationSession room = sessions.getApplicationSessionByKey("room-7", true);
 * }</pre>
 */
public interface SipSessionsUtil {
    /**
     * {@return the application session with an id, or {@code null} if there is none}
     *
     * @param applicationSessionId the id, not {@code null}
     * @throws NullPointerException if {@code applicationSessionId} is {@code null}
     */
    SipApplicationSession getApplicationSessionById(String applicationSessionId);

    /**
     * {@return the application session with a key, or {@code null} if there is none and {@code create} is false}
     *
     * @param applicationSessionKey the key, not {@code null}, see {@link
     *     jakarta.servlet.sip.annotation.SipApplicationKey}
     * @param create {@code true} to make one
     * @throws NullPointerException if {@code applicationSessionKey} is {@code null}
     * @throws IllegalStateException if {@code create} is true and another node of the cluster has it, as far as this
     *     one was told; requests with the key are brought there. Without {@code create} it is {@code null}
     */
    SipApplicationSession getApplicationSessionByKey(String applicationSessionKey, boolean create);

    /**
     * {@return the session of the dialog that a header field of the session's first request names, or {@code null} if
     * there is none}
     *
     * @param session the session
     * @param headerName {@code Join} (RFC 3911) or {@code Replaces} (RFC 3891)
     */
    SipSession getCorrespondingSipSession(SipSession session, String headerName);

    /**
     * {@return the ids of the application sessions with an index key; empty if there are none}
     *
     * @param indexKey see {@link SipApplicationSession#addIndexKey(String)}
     */
    Set<String> getSipApplicationSessionIds(String indexKey);

    /** {@return the ids of all application sessions of this application} */
    Set<String> getSipApplicationSessionIds();

    /** {@return the application session of the callback that runs on this thread, or {@code null} if there is none} */
    SipApplicationSession getCurrentApplicationSession();

    /**
     * Finds a bean of the current application session, see {@link
     * jakarta.servlet.sip.annotation.SipApplicationSessionScoped}.
     *
     * @param <T> the class
     * @param type the class
     * @param qualifiers the qualifiers of the bean
     * @return the bean, or {@code null} if there is none
     * @throws IllegalArgumentException if a qualifier is not one, or one is given twice
     */
    <T> T getManagedBean(Class<T> type, Annotation... qualifiers);
}
