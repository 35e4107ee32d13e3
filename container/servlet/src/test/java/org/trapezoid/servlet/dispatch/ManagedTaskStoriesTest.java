// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.LastExecution;
import jakarta.enterprise.concurrent.ManageableThread;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedExecutors;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.ManagedTask;
import jakarta.enterprise.concurrent.ManagedTaskListener;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.concurrent.Trigger;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipSessionsUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.api.SessionTasks;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.message.Method;

/** Managed executors (Jakarta Concurrency 3.1): tasks of a session are callbacks of it (JSR 359). */
@SuppressWarnings("NullAway") // injected
class ManagedTaskStoriesTest {

    /** Given by name and by type. */
    public static final class App extends ScriptedServlet {
        private static final long serialVersionUID = 1L;

        @Resource
        private transient ManagedExecutorService executor;

        @Resource(lookup = "java:comp/DefaultManagedScheduledExecutorService")
        private transient ManagedScheduledExecutorService scheduler;

        @Resource(lookup = "java:comp/DefaultManagedThreadFactory")
        private transient ManagedThreadFactory threads;

        @Resource
        private transient SipSessionsUtil sessions;
    }

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final App app = new App();
    private final List<String> events = new ArrayList<>();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("app", app, App.class);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void call(ScriptedServlet.Script<SipServletRequest> script) {
        app.on("OPTIONS", request -> {
            script.run(request);
            request.createResponse(200).send();
        });
        alice.send(alice.request(Method.OPTIONS, "sip:a.test"));
        alice.nextResponse(200);
    }

    private @Nullable SipApplicationSession current() {
        return app.sessions.getCurrentApplicationSession();
    }

    @Test
    void aTaskOfACallbackRunsAfterItInTheSameSession() throws Exception {
        AtomicReference<Future<String>> result = new AtomicReference<>();
        call(request -> {
            Callable<String> task = () -> {
                events.add("task " + request.getApplicationSession().equals(current()));
                assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(App.class.getClassLoader());
                return "done";
            };
            result.set(app.executor.submit(task));
            assertThat(request.getApplicationSession().getTaskFutures()).hasSize(1);
            events.add("callback ends " + result.get().isDone());
        });

        assertThat(events).containsExactly("callback ends false", "task true");
        assertThat(result.get().get()).isEqualTo("done");
        assertThat(current()).isNull();
        server.assertEnded();
    }

    @Test
    void aTaskMayNameItsSession() throws Exception {
        SipApplicationSession session = app.factory().createApplicationSessionByKey("k");
        Runnable task = () -> events.add(String.valueOf(session.equals(current())));

        app.executor.execute(ManagedExecutors.managedTask(task, Map.of(SessionTasks.SESSION_KEY, "k"), null));
        app.executor.execute(
                ManagedExecutors.managedTask(task, Map.of(SessionTasks.SESSION_ID, session.getId()), null));
        app.executor.execute(task);

        assertThat(events).containsExactly("true", "true", "false");
        assertThatThrownBy(() -> app.executor.execute(
                        ManagedExecutors.managedTask(task, Map.of(SessionTasks.SESSION_ID, "none"), null)))
                .isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void namedTasksAreFoundUntilTheyAreDone() {
        call(request -> {
            SipApplicationSession session = request.getApplicationSession();
            Runnable nothing = () -> {};
            Future<?> one = app.executor.submit(
                    ManagedExecutors.managedTask(nothing, Map.of(ManagedTask.IDENTITY_NAME, "x"), null));
            assertThat((Object) session.getTaskFuture("x")).isSameAs(one);
            assertThat((Object) session.getTaskFuture("y")).isNull();
            app.executor.execute(ManagedExecutors.managedTask(nothing, Map.of(ManagedTask.IDENTITY_NAME, "x"), null));
            assertThatThrownBy(() -> session.getTaskFuture("x")).isInstanceOf(IllegalArgumentException.class);
            request.setAttribute("one", one);
            session.setInvalidateWhenReady(false);
        });

        assertThat(app.requests.get(0).getApplicationSession().getTaskFutures()).isEmpty();
    }

    @Test
    void whatATaskThrowsIsInItsFuture() {
        Future<?> future = app.executor.submit((Runnable) () -> {
            throw new IllegalStateException("bad");
        });

        assertThatThrownBy(future::get).isInstanceOf(ExecutionException.class).hasMessageContaining("bad");
    }

    /** Notes every step. */
    private ManagedTaskListener noting() {
        return new ManagedTaskListener() {
            @Override
            public void taskSubmitted(Future<?> future, ManagedExecutorService executor, Object task) {
                events.add("submitted");
            }

            @Override
            public void taskAborted(
                    Future<?> future, ManagedExecutorService executor, Object task, Throwable exception) {
                events.add("aborted");
            }

            @Override
            public void taskDone(
                    Future<?> future, ManagedExecutorService executor, Object task, @Nullable Throwable exception) {
                events.add("done "
                        + (exception == null ? "well" : exception.getClass().getSimpleName()));
            }

            @Override
            public void taskStarting(Future<?> future, ManagedExecutorService executor, Object task) {
                events.add("starting");
            }
        };
    }

    @Test
    void aListenerIsToldOfEveryStep() {
        ManagedTaskListener listener = noting();

        app.executor.execute(ManagedExecutors.managedTask((Runnable) () -> events.add("runs"), listener));
        app.scheduler
                .schedule(ManagedExecutors.managedTask((Runnable) () -> {}, listener), 1, TimeUnit.SECONDS)
                .cancel(false);

        assertThat(events)
                .containsExactly(
                        "submitted",
                        "starting",
                        "runs",
                        "done well",
                        "submitted",
                        "aborted",
                        "done CancellationException");
    }

    @Test
    void tasksAreScheduled() throws Exception {
        ScheduledFuture<?> once = app.scheduler.schedule(() -> events.add("once"), 2, TimeUnit.SECONDS);
        ScheduledFuture<?> often = app.scheduler.scheduleAtFixedRate(() -> events.add("again"), 1, 3, TimeUnit.SECONDS);
        ScheduledFuture<?> failing = app.scheduler.scheduleWithFixedDelay(
                () -> {
                    events.add("fails");
                    throw new IllegalStateException();
                },
                6,
                1,
                TimeUnit.SECONDS);
        assertThat(once.getDelay(TimeUnit.MILLISECONDS)).isEqualTo(2000);
        assertThat(often.compareTo(once)).isNegative();

        for (int second = 0; second < 8; second++) {
            server.advance(Duration.ofSeconds(1));
        }
        often.cancel(false);
        server.advance(Duration.ofSeconds(10));

        assertThat(events).containsExactly("again", "once", "again", "fails", "again");
        assertThat(once.isDone()).isTrue();
        assertThat(failing.isDone()).isTrue();
        assertThatThrownBy(() -> app.scheduler.scheduleAtFixedRate(() -> {}, 1, 0, TimeUnit.SECONDS))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Three runs, a second apart. */
    private static Trigger skippingTheSecond() {
        return new Trigger() {
            private int asked;

            @Override
            public @Nullable Date getNextRunTime(@Nullable LastExecution last, Date submitted) {
                asked++;
                return asked > 3 ? null : Date.from(submitted.toInstant().plusSeconds(asked));
            }

            @Override
            public boolean skipRun(@Nullable LastExecution last, Date scheduled) {
                return asked == 2;
            }
        };
    }

    @Test
    void aTriggerRepeatsSkipsAndEnds() throws Exception {
        Trigger trigger = skippingTheSecond();
        Callable<Integer> task = () -> {
            events.add("run");
            return events.size();
        };

        ScheduledFuture<Integer> future = app.scheduler.schedule(task, trigger);
        server.advance(Duration.ofSeconds(1));
        assertThat(events).hasSize(1);
        server.advance(Duration.ofSeconds(5));

        assertThat(future.get()).isEqualTo(2);
    }

    @Test
    void aListenerIsToldOfEachRunOfATrigger() {
        var unused = app.scheduler.schedule(
                ManagedExecutors.managedTask((Runnable) () -> events.add("runs"), noting()), skippingTheSecond());
        server.advance(Duration.ofSeconds(5));

        assertThat(events).containsExactly("submitted", "starting", "runs", "starting", "runs", "done well");
    }

    @Test
    void aScheduledTaskIsAbortedWhenItsSessionHasEnded() {
        AtomicReference<Future<?>> task = new AtomicReference<>();
        call(request -> task.set(app.scheduler.schedule(() -> events.add("ran"), 1, TimeUnit.HOURS)));
        server.advance(Duration.ofMinutes(4));
        assertThat(server.sessions()).isZero();

        assertThat(task.get().isCancelled()).isTrue(); // at once: it would keep the session until it is due
        server.advance(Duration.ofHours(1));
        assertThat(events).isEmpty();
    }

    @Test
    void aTaskMayEndItsSession() throws Exception {
        AtomicReference<Future<String>> task = new AtomicReference<>();
        call(request -> {
            SipApplicationSession session = request.getApplicationSession();
            session.setInvalidateWhenReady(false);
            Callable<String> ending = () -> {
                session.invalidate();
                return "ended";
            };
            task.set(app.scheduler.schedule(ending, 1, TimeUnit.SECONDS));
        });

        server.advance(Duration.ofSeconds(1));

        assertThat(task.get().get()).isEqualTo("ended");
        server.assertEnded();
    }

    /** Its steps, each told with how the session is found then: that needs the core section. */
    private ManagedTaskListener looking(SipApplicationSession session) {
        return new ManagedTaskListener() {
            @Override
            public void taskSubmitted(Future<?> future, ManagedExecutorService executor, Object task) {}

            @Override
            public void taskAborted(
                    Future<?> future, ManagedExecutorService executor, Object task, Throwable exception) {
                events.add("aborted, ready " + session.isReadyToInvalidate());
            }

            @Override
            public void taskDone(
                    Future<?> future, ManagedExecutorService executor, Object task, @Nullable Throwable exception) {}

            @Override
            public void taskStarting(Future<?> future, ManagedExecutorService executor, Object task) {}
        };
    }

    @Test
    void aListenerIsInNoCoreSectionWhenTheApplicationEnds() {
        SipApplicationSession session = app.factory().createApplicationSession();
        var unused = app.scheduler.schedule(
                ManagedExecutors.managedTask((Runnable) () -> {}, looking(session)), 1, TimeUnit.HOURS);

        server.layer().applications().undeploy("app", Duration.ZERO);
        server.advance(Duration.ofSeconds(2));

        assertThat(events).containsExactly("aborted, ready false");
    }

    @Test
    void aListenerIsInNoCoreSectionWhenTooMuchWaits() {
        SipApplicationSession other = app.factory().createApplicationSession();
        call(request -> {
            request.getApplicationSession().setInvalidateWhenReady(false);
            var unused = app.scheduler.schedule(
                    ManagedExecutors.managedTask((Runnable) () -> {}, looking(other)), 1, TimeUnit.SECONDS);
            boolean taken = true;
            while (taken) {
                try {
                    app.executor.execute(() -> {});
                } catch (RejectedExecutionException full) {
                    taken = false;
                }
            }
            server.advance(Duration.ofSeconds(1)); // while the callback runs
        });

        assertThat(events).containsExactly("aborted, ready false");
    }

    @Test
    void stagesStayInTheSession() {
        CompletableFuture<String> outside = new CompletableFuture<>();
        call(request -> {
            SipApplicationSession session = request.getApplicationSession();
            session.setInvalidateWhenReady(false);
            var unused = app.executor
                    .copy(outside)
                    .thenAcceptAsync(value -> events.add(value + " " + session.equals(current())));
            var unusedToo = app.executor
                    .supplyAsync(() -> "made")
                    .thenAccept(value -> events.add(value + " " + session.equals(current())));
        });

        outside.complete("came");

        assertThat(events).containsExactly("made true", "came true");
    }

    @Test
    void contextualCodeSeesTheSessionItWasMadeIn() throws Exception {
        AtomicReference<Callable<Boolean>> made = new AtomicReference<>();
        call(request -> {
            request.getApplicationSession().setInvalidateWhenReady(false);
            made.set(app.executor.getContextService().contextualCallable(() -> current() != null));
        });

        assertThat(current()).isNull();
        assertThat(made.get().call()).isTrue();
    }

    @Test
    void managedThreadsBelongToTheApplication() throws Exception {
        Thread thread = app.threads.newThread(() -> events.add(String.valueOf(current() == null)));
        thread.start();
        thread.join();

        assertThat(events).containsExactly("true");
        assertThat(thread).isInstanceOf(ManageableThread.class);
        assertThat(thread.isDaemon()).isTrue();
        server.layer().applications().undeploy("app", Duration.ZERO);
        server.advance(Duration.ofSeconds(1));
        assertThat(((ManageableThread) thread).isShutdown()).isTrue();
        assertThatThrownBy(() -> app.threads.newThread(() -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void itsLifeIsTheContainers() {
        assertThatThrownBy(() -> app.executor.shutdown()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> app.executor.isShutdown()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void undeployingCancelsWhatWaits() {
        Future<?> waiting = app.scheduler.schedule(() -> events.add("ran"), 1, TimeUnit.HOURS);

        server.layer().applications().undeploy("app", Duration.ZERO);
        server.advance(Duration.ofHours(2));

        assertThat(waiting.isCancelled()).isTrue();
        assertThat(events).isEmpty();
    }
}
