// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.trapezoid.api.SessionTasks;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.servlet.tasks.TaskContext;
import org.trapezoid.sip.concurrent.CallbackMode;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;

/** Joins the tasks of one application to its sessions. Safe for use by any thread. */
@SuppressWarnings("CollectionUndefinedEquality") // a task is itself
final class AppTasks implements TaskContext.Source {

    private final AppRuntime runtime;
    private final Strands strands;
    private final Map<AppSessionState, Map<Future<?>, String>> ofSessions = new ConcurrentHashMap<>();
    private volatile boolean ended;
    private final Set<Future<?>> all = ConcurrentHashMap.newKeySet();

    AppTasks(AppRuntime runtime, Strands strands) {
        this.runtime = runtime;
        this.strands = strands;
    }

    @Override
    public TaskContext of(Map<String, String> properties) {
        String id = properties.get(SessionTasks.SESSION_ID);
        String key = properties.get(SessionTasks.SESSION_KEY);
        if (SessionTasks.NO_SESSION.equals(id)) {
            return new WithoutSession();
        }
        SessionRegistry sessions = runtime.services().sessions();
        if (id != null) {
            return existing(sessions.appSession(id).filter(each -> each.deployment() == runtime.deployment()), id);
        }
        if (key != null) {
            return existing(sessions.byKey(runtime.deployment(), key), key);
        }
        return runtime.current().<TaskContext>map(InSession::new).orElseGet(WithoutSession::new);
    }

    private TaskContext existing(Optional<AppSessionState> session, String name) {
        return session.filter(AppSessionState::isValid)
                .<TaskContext>map(InSession::new)
                .orElseThrow(() -> new RejectedExecutionException("there is no application session " + name));
    }

    @Override
    public boolean isEnded() {
        return ended;
    }

    /** The tasks of a session that are not done. */
    Set<Future<?>> of(AppSessionState session) {
        return Set.copyOf(ofSessions.getOrDefault(session, Map.of()).keySet());
    }

    /** Those of them with a name. */
    Set<Future<?>> named(AppSessionState session, String identity) {
        Set<Future<?>> named = new LinkedHashSet<>();
        Map<Future<?>, String> tasks = ofSessions.getOrDefault(session, Map.of());
        tasks.forEach((task, name) -> {
            if (name.equals(identity)) {
                named.add(task);
            }
        });
        return named;
    }

    /** Its session has ended: what waits for its time will not run, and keeps nothing. In the core section. */
    void ended(AppSessionState session) {
        if (ofSessions.containsKey(session)) {
            boolean unused = session.strand() // behind the task that ended it; without room each ends when it is due
                    .callback(() -> of(session).forEach(task -> task.cancel(false)));
        }
    }

    /** Application code of no session, on a worker. Any thread, in a core section too. */
    private void runAside(Runnable code) {
        Strand strand = strands.create();
        strand.mode(CallbackMode.worker());
        Strand.post(() -> strand.run(() -> strand.callback(code)));
    }

    /** The application ends: what has not run will not. In no core section. */
    void end() {
        ended = true;
        all.forEach(task -> task.cancel(false));
    }

    private final class InSession implements TaskContext {
        private final AppSessionState session;

        InSession(AppSessionState session) {
            this.session = session;
        }

        @Override
        public Strand strand() {
            return session.strand();
        }

        @Override
        public boolean queue(Runnable task) {
            return session.strand().call(() -> session.isValid() && runtime.callback(session, () -> inLoader(task)));
        }

        private void inLoader(Runnable task) {
            runtime.application().run(session.id().value(), task);
        }

        @Override
        public void apply(Runnable task) {
            runtime.inSession(session, () -> inLoader(task));
        }

        @Override
        public void aside(Runnable task) {
            runAside(task);
        }

        @Override
        public void submitted(Future<?> task, String identity) {
            all.add(task);
            ofSessions
                    .computeIfAbsent(session, each -> new ConcurrentHashMap<>())
                    .put(task, identity);
        }

        @Override
        public void done(Future<?> task) {
            all.remove(task);
            ofSessions.computeIfPresent(session, (each, tasks) -> {
                tasks.remove(task);
                return tasks.isEmpty() ? null : tasks;
            });
        }
    }

    private final class WithoutSession implements TaskContext {
        private final Strand strand = strands.create();

        WithoutSession() {
            strand.mode(CallbackMode.worker());
        }

        @Override
        public Strand strand() {
            return strand;
        }

        @Override
        public boolean queue(Runnable task) {
            return strand.callback(() -> apply(task));
        }

        @Override
        public void apply(Runnable task) {
            runtime.application().run("-", task);
        }

        @Override
        public void aside(Runnable task) {
            runAside(task);
        }

        @Override
        public void submitted(Future<?> task, String identity) {
            all.add(task);
        }

        @Override
        public void done(Future<?> task) {
            all.remove(task);
        }
    }
}
