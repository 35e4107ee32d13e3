// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.TimerService;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Calendar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** What applications keep in sessions that may go on at another node. */
class AttributeStoriesTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";

    private final Site site = new Site(FIRST, SECOND);
    private final ScriptedServlet app = new ScriptedServlet();
    private final Peer alice = site.node(FIRST).peer("alice");
    private final Logger logger = (Logger) LoggerFactory.getLogger("org.trapezoid.servlet.facade.ObjectsIn");
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        logger.addAppender(logged);
    }

    @AfterEach
    void scriptsRanThrough() {
        logger.detachAppender(logged);
        app.assertUnharmed();
    }

    /** An object of the application. */
    private static final class Note implements Serializable {
        private static final long serialVersionUID = 1;
        private final @Nullable Object content;

        Note(@Nullable Object content) {
            this.content = content;
        }
    }

    private static Note chain(int length) {
        Note chain = new Note(null);
        for (int i = 1; i < length; i++) {
            chain = new Note(chain);
        }
        return chain;
    }

    /** The servlet answers; the session goes on at the second node, which gets an INFO. */
    private void takeOver(
            ScriptedServlet.Script<SipServletRequest> before, ScriptedServlet.Script<SipApplicationSession> after)
            throws Exception {
        app.on("INVITE", request -> {
            before.run(request);
            request.createResponse(200).send();
        });
        app.on("INFO", request -> {
            after.run(request.getApplicationSession());
            request.createResponse(200).send();
        });
        site.deploy("app", app, ScriptedServlet.class);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        site.clock.advance(Duration.ofMillis(100));
        site.killAndNotice(FIRST);
        Peer aliceLater = site.node(SECOND).peer("alice");
        aliceLater.send(aliceLater.inDialog(Method.INFO, invite, success, 2));
        aliceLater.nextResponse(200);
    }

    /** Those of the node that runs the servlet. */
    private static TimerService timers(SipServletRequest request) {
        return (TimerService) request.getSession().getServletContext().getAttribute(SipServlet.TIMER_SERVICE);
    }

    /** In place of the second node, one that makes other objects. */
    private void restartSecond(String classes) {
        site.killAndNotice(SECOND);
        site.start(SECOND, 77, new AttributeClasses(classes));
    }

    @Test
    void whatApplicationsUsuallyKeepComesBack() throws Exception {
        Map<String, Object> kept = new HashMap<>();
        kept.put("list", List.of("a", 1, 2L));
        kept.put("set", new TreeSet<>(List.of("b", "a")));
        kept.put("map", new ConcurrentHashMap<>(Map.of("k", new Note("v").content)));
        kept.put("time", Instant.EPOCH);
        kept.put("calendar", Calendar.getInstance(TimeZone.getTimeZone("Europe/Vienna")));
        kept.put("bytes", new byte[3000]);
        kept.put("enum", Thread.State.NEW);
        kept.put("exception", "text");
        Map<String, Object> found = new HashMap<>();

        takeOver(
                request -> kept.forEach(request.getApplicationSession()::setAttribute),
                session -> session.getAttributeNameSet().forEach(name -> found.put(name, session.getAttribute(name))));

        assertThat(found).usingRecursiveComparison().isEqualTo(kept);
        assertThat(logged.list).isEmpty();
    }

    @Test
    void anAttributeWhoseClassIsNotAllowedIsDroppedAlone() throws Exception {
        restartSecond("!java.util.BitSet");
        List<String> list = new ArrayList<>(List.of("same"));
        List<Object> found = new ArrayList<>();

        takeOver(
                request -> {
                    SipApplicationSession session = request.getApplicationSession();
                    session.setAttribute("one", new Note(list));
                    session.setAttribute("bad", new BitSet());
                    session.setAttribute("inside", new ArrayList<>(List.of(new Note(new BitSet()))));
                    session.setAttribute("two", list);
                    session.setAttribute("text", "text");
                    timers(request).createTimer(session, 100_000, false, new BitSet());
                },
                session -> {
                    found.addAll(new TreeSet<>(session.getAttributeNameSet()));
                    Note one = (Note) session.getAttribute("one");
                    found.add(one.content == session.getAttribute("two"));
                    found.add(session.getTimers().size());
                });

        assertThat(found).containsExactly("one", "text", "two", true, 1);
        assertThat(logged.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line ->
                        line.contains("app") && line.contains("attribute bad") && line.contains("java.util.BitSet"))
                .anyMatch(line -> line.contains("attribute inside") && line.contains("java.util.BitSet"))
                .anyMatch(line -> line.contains("timer") && line.contains("java.util.BitSet"))
                .hasSize(3);
        assertThat(logged.list).extracting(ILoggingEvent::getLevel).containsOnly(Level.WARN);
    }

    @Test
    void aSessionWithMoreThanIsReadGoesOnWithoutAttributes() throws Exception {
        restartSecond("maxdepth=20");
        List<Object> found = new ArrayList<>();

        takeOver(
                request -> request.getApplicationSession().setAttribute("deep", chain(50)),
                session -> found.addAll(session.getAttributeNameSet()));

        assertThat(found).isEmpty();
        assertThat(logged.list)
                .singleElement()
                .extracting(ILoggingEvent::getLevel)
                .isEqualTo(Level.ERROR);
    }

    @Test
    void whatCouldNotBeReadCannotBeSet() throws Exception {
        app.on("MESSAGE", request -> {
            SipApplicationSession session = request.getApplicationSession();
            for (Object refused : List.of(
                    new Object(),
                    new Note(new Object()),
                    new X500Principal("CN=a"),
                    new Note(new X500Principal("CN=a")),
                    new X500Principal[0],
                    chain(600),
                    chain(100_000),
                    new byte[20_000_000])) {
                assertThatThrownBy(() -> session.setAttribute("no", refused))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("attribute no of application app");
            }
            assertThatThrownBy(() -> timers(request).createTimer(session, 1000, false, new X500Principal("CN=a")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("X500Principal");
            session.setAttribute("yes", chain(400));
            request.createResponse(200).send();
        });
        site.deploy("app", app, ScriptedServlet.class);

        alice.send(alice.request(Method.MESSAGE, "sip:app@a.test"));

        alice.nextResponse(200);
    }

    /** Notes on which threads it is written down. */
    private static final class Written implements Serializable {
        private static final long serialVersionUID = 1;
        private static final Set<Thread> THREADS = ConcurrentHashMap.newKeySet();

        @SuppressWarnings("unused") // called by the serialisation
        private void writeObject(ObjectOutputStream out) throws IOException {
            THREADS.add(Thread.currentThread());
            out.defaultWriteObject();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application session", "session", "request", "timer"})
    void onlyThreadsOfTheApplicationWriteWhatIsItsOwn(String owner) throws Exception {
        site.clock.letCallbacksPause(); // they run on threads of their own
        app.on("INVITE", request -> {
            switch (owner) {
                case "application session" -> request.getApplicationSession().setAttribute("own", new Written());
                case "session" -> request.getSession().setAttribute("own", new Written());
                case "request" -> request.setAttribute("own", new Written());
                default -> app.timers().createTimer(request.getApplicationSession(), 100_000, false, new Written());
            }
            request.createResponse(200).send();
        });
        site.deploy("app", app, ScriptedServlet.class);
        Written.THREADS.clear();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        long before = site.cluster.saves();
        site.clock.advance(Duration.ofMillis(100));

        assertThat(site.cluster.saves()).isGreaterThan(before);
        assertThat(Written.THREADS).isNotEmpty().doesNotContain(Thread.currentThread());
    }

    @Test
    void whatARequestCarriesThatCannotBeWrittenIsSaidOnce() throws Exception {
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        Logger writer = (Logger) LoggerFactory.getLogger("org.trapezoid.servlet.facade.ObjectsOut");
        said.start();
        writer.addAppender(said);
        try {
            app.on("INVITE", request -> {
                request.setAttribute("lock", new Object());
                request.setAttribute("name", "alice");
                request.createResponse(180).send();
            });
            site.deploy("ringing", app);
            for (Peer caller : List.of(alice, site.node(FIRST).peer("bob"))) {
                caller.send(caller.request(Method.INVITE, "sip:carol@a.test"));
                caller.nextResponse(180);
                site.clock.advance(Duration.ofMillis(100));
            }
        } finally {
            writer.detachAppender(said);
        }

        assertThat(site.cluster.stored()).hasSize(2);
        assertThat(said.list)
                .filteredOn(event -> event.getLevel() == Level.WARN)
                .hasSize(1);
    }
}
