// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.net.URL;
import java.util.Collection;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.Future;

/**
 * What one application knows about one call or other undertaking: the protocol sessions it takes, timers and
 * attributes (JSR 289 §6). It ends when its time is over, when it is ready and allowed to (see {@link
 * #setInvalidateWhenReady(boolean)}), or by {@link #invalidate()}. Usable by several threads.
 *
 * <pre>{@code
 * SipApplicationSession call = request.getApplicationSession();
 * call.setExpires(60);
 * call.setAttribute("caller", request.getFrom().getURI().toString());
 * timers.createTimer(call, 30_000, false, "no answer");
 * }</pre>
 *
 * @see SipFactory#createApplicationSession()
 */
public interface SipApplicationSession extends AttributeStore {
    /**
     * {@return the time it was made, in milliseconds since 1970}
     *
     * @throws IllegalStateException if the session is not valid
     */
    long getCreationTime();

    /** {@return the time of its last event, in milliseconds since 1970} */
    long getLastAccessedTime();

    /**
     * {@return the time it expires, in milliseconds since 1970; 0 if never, {@link Long#MIN_VALUE} if it has expired}
     *
     * @throws IllegalStateException if the session is not valid
     */
    long getExpirationTime();

    /** {@return its id, unique in the container} */
    String getId();

    /** {@return the name of the application} */
    String getApplicationName();

    /**
     * Sets the remaining life from now on. May be called in {@link SipApplicationSessionListener#sessionExpired} to
     * prolong it.
     *
     * @param deltaMinutes minutes; 0 or less means without end
     * @return the minutes granted; {@link Integer#MAX_VALUE} for a life without end, 0 if the change was refused
     * @throws IllegalStateException if the session is not valid
     */
    int setExpires(int deltaMinutes);

    /**
     * Ends the session with its SIP sessions and timers. HTTP sessions go on without it. No message is sent.
     *
     * @throws IllegalStateException if the session is not valid
     */
    void invalidate();

    /**
     * {@return {@code true} if all SIP sessions are ready or invalid, no timer or task is pending and no other
     * protocol session is attached}
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

    /**
     * {@return the valid protocol sessions}
     *
     * @throws IllegalStateException if the session is not valid
     */
    Iterator<?> getSessions();

    /**
     * {@return the valid protocol sessions}
     *
     * @throws IllegalStateException if the session is not valid
     */
    Set<?> getSessionSet();

    /**
     * {@return the valid sessions of a protocol}
     *
     * @param protocol {@code SIP} or {@code HTTP}
     * @throws IllegalStateException if the session is not valid
     * @throws NullPointerException if {@code protocol} is {@code null}
     * @throws IllegalArgumentException if the container does not know the protocol
     */
    Iterator<?> getSessions(String protocol);

    /**
     * {@return the valid sessions of a protocol}
     *
     * @param protocol {@code SIP} or {@code HTTP}
     * @throws IllegalStateException if the session is not valid
     * @throws NullPointerException if {@code protocol} is {@code null}
     * @throws IllegalArgumentException if the container does not know the protocol
     */
    Set<?> getSessionSet(String protocol);

    /**
     * {@return the SIP session with an id, or {@code null} if there is none}
     *
     * @param id the id, not {@code null}
     * @throws NullPointerException if {@code id} is {@code null}
     * @throws IllegalStateException if the session is not valid
     */
    SipSession getSipSession(String id);

    /**
     * {@return the session of a protocol with an id, or {@code null} if there is none}
     *
     * @param id the id, not {@code null}
     * @param protocol the protocol, not {@code null}
     * @throws NullPointerException if an argument is {@code null}
     * @throws IllegalStateException if the session is not valid
     */
    Object getSession(String id, Protocol protocol);

    /**
     * Puts a parameter into a URI, so that a request to it comes to this session.
     *
     * @param uri a SIP or SIPS URI
     * @throws IllegalArgumentException if the URI cannot take a parameter
     * @throws IllegalStateException if the session is not valid
     * @deprecated since 1.1; it goes past the application router. Use session keys, see {@link
     *     jakarta.servlet.sip.annotation.SipApplicationKey}
     */
    @Deprecated
    void encodeURI(URI uri);

    /**
     * {@return the names of all attributes}
     *
     * @deprecated since 2.0; use {@link #getAttributeNameSet()}
     */
    @Deprecated
    Iterator<String> getAttributeNames();

    /**
     * {@return the timers that are pending; empty if there are none}
     *
     * @throws IllegalStateException if the session is not valid
     */
    Collection<ServletTimer> getTimers();

    /**
     * {@return the pending timer with an id, or {@code null} if there is none}
     *
     * @param id the id
     * @throws IllegalStateException if the session is not valid
     */
    ServletTimer getTimer(String id);

    /**
     * {@return the results of the managed tasks that run in this session; empty if there are none}
     *
     * @throws IllegalStateException if the session is not valid
     */
    Set<Future> getTaskFutures();

    /**
     * {@return the result of a managed task that runs in this session, or {@code null} if there is none}
     *
     * @param identityName the name given to the task ({@code jakarta.enterprise.concurrent.IDENTITY_NAME})
     * @throws IllegalStateException if the session is not valid
     * @throws IllegalArgumentException if several tasks have that name
     */
    Future getTaskFuture(String identityName);

    /** {@return {@code false} once the session has ended} */
    boolean isValid();

    /**
     * {@return a URL with the id of this session in it, so that an HTTP request to it comes to this session}
     *
     * @param url a URL into this application
     * @throws IllegalStateException if the session is not valid
     */
    URL encodeURL(URL url);

    /**
     * Adds a key under which {@link SipSessionsUtil#getSipApplicationSessionIds(String)} finds this session. Many
     * sessions may share it.
     *
     * @param indexKey the key
     * @throws IllegalStateException if the session is not valid
     */
    void addIndexKey(String indexKey);

    /**
     * Removes an index key. Nothing happens if there is none.
     *
     * @param indexKey the key
     * @throws IllegalStateException if the session is not valid
     */
    void removeIndexKey(String indexKey);

    /**
     * {@return the index keys; empty if there are none}
     *
     * @throws IllegalStateException if the session is not valid
     */
    Set<String> getIndexKeys();

    /** The protocol of a session. */
    enum Protocol {
        /** {@link SipSession} */
        SIP,

        /** {@link jakarta.servlet.http.HttpSession} */
        HTTP
    }
}
