// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.screening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSessionEvent;
import jakarta.servlet.sip.SipSessionListener;
import jakarta.servlet.sip.SipSessionsUtil;
import jakarta.servlet.sip.TimerService;
import jakarta.servlet.sip.annotation.SipInvocationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** The application, and with it what the container does for an application that brings CDI. */
class ScreeningServletTest {

    private static final List<String> EVENTS = new CopyOnWriteArrayList<>();

    @TempDir
    private Path directory;

    private TestServer server;
    private Peer alice;
    private Peer bob;

    @BeforeEach
    void start() throws Exception {
        EVENTS.clear();
        server = new TestServer(
                TestServer.HOST,
                clock -> Map.of(
                        LocationService.class,
                        new LocationTable(
                                clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1))));
        alice = server.peer("alice");
        bob = server.peer("bob");
        Path rules = directory.resolve("screening.properties");
        Files.writeString(
                rules,
                "bob@" + bob.host() + " = block:mallory@evil.test block:@Spam.test allow:boss@spam.test"
                        + " block:anonymous\nbroken = block:nobody\n");
        server.deploy(
                "call-screening",
                Map.of("domains", bob.host(), "rules", rules.toString()),
                ScreeningServlet.class,
                Watch.class);
    }

    /** A listener that CDI makes. */
    public static final class Watch implements SipSessionListener {
        private final Journal journal;
        private final Steps steps;

        @Inject
        public Watch(Journal journal, Steps steps) {
            this.journal = journal;
            this.steps = steps;
        }

        @Override
        public void sessionCreated(SipSessionEvent event) {
            EVENTS.add("created");
        }

        @Override
        public void sessionDestroyed(SipSessionEvent event) {
            EVENTS.add("journal " + journal.lines());
        }

        @Override
        public void sessionReadyToInvalidate(SipSessionEvent event) {
            EVENTS.add("ready " + steps.isFirst());
        }
    }

    /** One for each callback. */
    @SipInvocationScoped
    public static class Steps {
        private int count;

        boolean isFirst() {
            count++;
            return count == 1;
        }

        @PreDestroy
        void end() {
            EVENTS.add("step ended after " + count);
        }
    }

    private Request calls(String from) {
        return alice.send(
                alice.request(Method.INVITE, "sip:bob@" + bob.host()).set(HeaderName.FROM, "<" + from + ">;tag=a"));
    }

    private void acknowledges(Request invite, Response refusal) {
        alice.send(Request.builder(Method.ACK, invite.uri())
                .add(HeaderName.VIA, invite.headers().first(HeaderName.VIA).orElseThrow())
                .add(HeaderName.MAX_FORWARDS, "70")
                .add(HeaderName.FROM, invite.from().toString())
                .add(HeaderName.TO, refusal.to().toString())
                .add(HeaderName.CALL_ID, invite.callId())
                .add(HeaderName.CSEQ, "1 ACK"));
    }

    @ParameterizedTest
    @Rfc(value = 8197, section = "3")
    @Rfc(value = 5079, section = "5")
    @CsvSource({
        "sip:mallory@evil.test, 607",
        "sip:mallory@EVIL.test:5070, 607",
        "sip:anybody@spam.test, 607",
        "sip:anonymous@anonymous.invalid, 433"
    })
    void refusesWhoIsNotWanted(String from, int status) {
        calls(from);

        alice.nextResponse(status);
        assertThat(bob.rest()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"sip:boss@spam.test", "sip:carol@evil.test", "sip:Mallory@evil.test", "tel:+4930123"})
    void passesTheOthersOn(String from) {
        calls(from);

        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(invite, 200));
        alice.nextResponse(200);
        assertThat(invite.headers().has(HeaderName.RECORD_ROUTE)).isFalse();
    }

    @Test
    void isNoRelay() {
        alice.send(alice.request(Method.INVITE, "sip:bob@elsewhere.test"));

        alice.nextResponse(403);
    }

    @Test
    void screensCallsOnly() {
        alice.send(alice.request(Method.OPTIONS, "sip:bob@" + bob.host()));

        alice.nextResponse(405);
    }

    @Test
    void aBeanOfTheApplicationSessionEndsWithIt() {
        acknowledges(calls("sip:mallory@evil.test"), alice.nextResponse(607));
        server.advance(Duration.ofSeconds(40));
        acknowledges(calls("sip:anonymous@anonymous.invalid"), alice.nextResponse(433));
        server.advance(Duration.ofSeconds(40));

        assertThat(server.sessions()).isZero();
        calls("sip:mallory@evil.test");
        server.advance(Duration.ofSeconds(40));
        assertThat(EVENTS).contains("journal [mallory@evil.test: refused 607, anonymous: refused 433]");
    }

    @Test
    void aBeanOfAnInvocationIsNewInEach() {
        calls("sip:mallory@evil.test");
        server.advance(Duration.ofSeconds(40));

        assertThat(EVENTS).contains("ready true", "step ended after 1").doesNotContain("ready false");
    }

    /** What CDI is asked for by an ordinary servlet: all that the server offers, and the other kinds of injection beside it. */
    @SuppressWarnings("NullAway.Init") // injected
    public static final class Given extends SipServlet {
        private static final long serialVersionUID = 1L;

        @Inject
        private transient SipFactory factory;

        @Inject
        private transient TimerService timers;

        @Inject
        private transient LocationService locations;

        @Inject
        private transient Journal journal;

        @Resource
        private transient SipSessionsUtil sessions;

        @Override
        protected void doOptions(SipServletRequest req) throws ServletException, IOException {
            Journal known = sessions.getManagedBean(Journal.class);
            CallRecord record = sessions.getManagedBean(CallRecord.class);
            boolean complete = factory != null && timers != null && locations != null;
            known.write("by name");
            record.ends("in session");
            boolean current = req.getApplicationSession().equals(sessions.getCurrentApplicationSession());
            boolean same = journal.lines().contains("by name");
            req.createResponse(complete && current && same ? 200 : SipServletResponse.SC_DECLINE)
                    .send();
        }
    }

    @Test
    void anyServletIsInjected() throws Exception {
        TestServer other = new TestServer(
                TestServer.HOST,
                clock -> Map.of(
                        LocationService.class,
                        new LocationTable(
                                clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1))));
        other.deploy("given", Given.class);
        Peer carol = other.peer("carol");

        carol.send(carol.request(Method.OPTIONS, "sip:a.test"));

        carol.nextResponse(200);
    }

    /** Nobody has a bean of that type. */
    public static final class Unsatisfied extends SipServlet {
        private static final long serialVersionUID = 1L;

        @Inject
        @SuppressWarnings("unused") // its type is the point
        private transient Runnable missing;
    }

    @Test
    void whatNobodyProducesIsToldAtDeployment() {
        assertThatThrownBy(() -> server.deploy("unsatisfied", Unsatisfied.class))
                .isInstanceOf(ServletException.class)
                .hasMessageContaining(Unsatisfied.class.getName())
                .hasMessageContaining("Runnable");
    }
}
