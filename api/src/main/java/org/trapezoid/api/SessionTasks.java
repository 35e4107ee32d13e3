// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

/**
 * Names of the execution properties by which a task of a managed executor says which application session it belongs to. Without
 * them it belongs to the one whose callback submits it. Tasks of a session run in the queue of its callbacks and never overlap them.
 *
 * <pre>{@code
 * Runnable task = ManagedExecutors.managedTask(
 *         () -> call.setAttribute("seen", true), Map.of(SessionTasks.SESSION_ID, call.getId()), null);
 * executor.submit(task);
 * }</pre>
 */
public final class SessionTasks {

    /** The id of the application session. */
    public static final String SESSION_ID = "org.trapezoid.session-id";

    /** As the id: the task belongs to no session, whoever submits it, and outlives that one's. */
    public static final String NO_SESSION = "";

    /** The key of the application session, see {@link jakarta.servlet.sip.annotation.SipApplicationKey}. */
    public static final String SESSION_KEY = "org.trapezoid.session-key";

    private SessionTasks() {}
}
