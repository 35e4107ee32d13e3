// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import jakarta.servlet.ServletException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * Calls through a whole server in virtual time, with messages in the middle of them changed. Nothing may be thrown or logged
 * as a fault, nothing may be left when the calls have ended, and a good request has to be answered afterwards.
 */
final class ServerFuzz implements AutoCloseable {
    private static final Duration LIFETIME = Duration.ofMinutes(15);
    private static final int MOST_MESSAGES = 60; // of one call

    /** What a peer wants to send. */
    private record Planned(Peer from, Message message) {}

    private final TestServer server = new TestServer().loopingBack();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final Peer carol = server.peer("carol");
    private final CuriousServlet application;
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger("org.trapezoid");
    private final Deque<Planned> plan = new ArrayDeque<>();
    private int calls;
    private int checks;

    ServerFuzz(CuriousServlet.Role role) throws ServletException {
        application = new CuriousServlet(role, bob.contact());
        server.deploy("fuzzed", application);
        log.start();
        root.addAppender(log);
    }

    /** One call; {@code change} sees the bytes of each message that a peer sends, and its place in the call. */
    void call(Change change) {
        String callId = "fuzz-" + ++calls;
        plan.add(new Planned(
                alice,
                alice.request(Method.INVITE, "sip:bob@a.test")
                        .set(HeaderName.CALL_ID, callId)
                        .add(HeaderName.of("Accept-Language"), "da, en-gb;q=0.8")
                        .add(HeaderName.of("Content-Type"), "text/plain;charset=utf-8")
                        .add(HeaderName.of("Supported"), "100rel, timer")
                        .body("hello".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .build()));
        int sent = 0;
        for (Planned next = plan.poll(); next != null && sent < MOST_MESSAGES; next = plan.poll()) {
            byte[] bytes = change.change(sent++, next.message.toBytes());
            server.udp.receive(next.from.address(), bytes);
            server.advance(Duration.ZERO);
            react(alice);
            react(bob);
        }
        plan.clear();
    }

    interface Change {
        byte[] change(int place, byte[] message);
    }

    /** The same bytes come from both sides and from a stranger, in the middle of a call. */
    void inject(byte[] input) {
        call((place, message) -> {
            if (place == 3) {
                server.udp.receive(bob.address(), input);
                server.udp.receive(carol.address(), input);
                server.tcp.receive(carol.address(), input);
            }
            return message;
        });
        server.udp.receive(alice.address(), input);
        server.advance(Duration.ZERO);
    }

    /** Peers who do what the RFC says, whatever they get. */
    private void react(Peer peer) {
        while (!peer.rest().isEmpty()) {
            Message message = peer.next();
            try {
                if (message instanceof Request request) {
                    answer(peer, request);
                } else if (message instanceof Response response) {
                    follow(peer, response);
                }
            } catch (SyntaxException unusable) {
                // an answer to what we had garbled
            }
        }
    }

    private void answer(Peer peer, Request request) {
        if (request.method().equals(Method.INVITE)) {
            plan(peer, withRoute(request, peer.answer(request, 180)));
            plan(peer, withRoute(request, peer.answer(request, 200)));
        } else if (!request.method().equals(Method.ACK)) {
            plan(peer, peer.answer(request, 200).build());
        }
    }

    private static Response withRoute(Request request, Response.Builder answer) {
        request.headers().all(HeaderName.RECORD_ROUTE).forEach(value -> answer.add(HeaderName.RECORD_ROUTE, value));
        return answer.build();
    }

    private void follow(Peer peer, Response response) {
        if (!response.cseq().method().equals("INVITE") || response.status() < 200) {
            return;
        }
        Request invite = peer.request(Method.INVITE, "sip:bob@a.test")
                .set(HeaderName.CALL_ID, response.callId())
                .set(HeaderName.FROM, response.from().toString())
                .build();
        if (response.status() >= 300) {
            plan(
                    peer,
                    invite.toBuilder()
                            .method(Method.ACK)
                            .set(HeaderName.VIA, response.topVia().toString())
                            .set(HeaderName.CSEQ, "1 ACK")
                            .set(HeaderName.TO, response.to().toString())
                            .build());
        } else if (response.headers().has(HeaderName.CONTACT)) {
            plan(peer, peer.inDialog(Method.ACK, invite, response, 1).build());
            plan(peer, peer.inDialog(Method.OPTIONS, invite, response, 2).build());
            plan(peer, peer.inDialog(Method.BYE, invite, response, 3).build());
        }
    }

    private void plan(Peer peer, Message message) {
        plan.add(new Planned(peer, message));
    }

    /** After some calls: everything has ended and the server serves. */
    void check() {
        server.advance(LIFETIME);
        drain(alice);
        drain(bob);
        drain(carol);
        assertThat(application.faults()).isEmpty();
        assertThat(log.list)
                .filteredOn(event ->
                        event.getThrowableProxy() != null || event.getLevel().isGreaterOrEqual(Level.ERROR))
                .extracting(ServerFuzz::describe)
                .isEmpty();
        assertThat(server.sessions()).as("sessions").isZero();
        assertThat(server.transactions()).as("transactions").isZero();
        log.list.clear();

        carol.send(carol.request(Method.OPTIONS, "sip:a.test").set(HeaderName.CALL_ID, "good-" + ++checks));
        carol.nextResponse(200);
    }

    private static String describe(ILoggingEvent event) {
        IThrowableProxy cause = event.getThrowableProxy();
        return event.getFormattedMessage() + (cause == null ? "" : ' ' + ThrowableProxyUtil.asString(cause));
    }

    private static void drain(Peer peer) {
        while (!peer.rest().isEmpty()) {
            peer.next();
        }
    }

    @Override
    public void close() {
        root.detachAppender(log);
    }
}
