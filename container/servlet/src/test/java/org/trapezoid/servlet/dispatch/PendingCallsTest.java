// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.testing.Rfc;

/**
 * Attack case 23: INVITEs without end of which nobody acknowledges the answer. {@code -Dpending.calls=100000} for the full number,
 * with a heap to match.
 */
class PendingCallsTest {
    private static final int CALLS = Integer.getInteger("pending.calls", 5_000);

    private final TestServer server = new TestServer();
    private final ScriptedServlet app = new ScriptedServlet();
    private final AtomicInteger sent = new AtomicInteger();

    private void flood(String user) {
        Peer caller = server.peer("caller");
        server.udp.carriedBy((message, onFailure) -> sent.incrementAndGet()); // to nobody
        for (int i = 0; i < CALLS; i++) {
            server.udp.receive(
                    new InetSocketAddress("198.51.100.1", 5060),
                    caller.request(Method.INVITE, "sip:" + user + "@a.test")
                            .set(HeaderName.CALL_ID, "flood-" + i)
                            .build());
        }
        app.requests.clear();
    }

    @Test
    @Rfc(value = 3261, section = "17.2.1")
    void failuresThatNobodyAcknowledgesEndWithTimerH() throws Exception {
        app.on("INVITE", request -> request.createResponse(486).send());
        server.deploy("app", app);

        flood("busy");

        assertThat(server.sessions()).isZero();
        assertThat(server.transactions()).isEqualTo(CALLS);
        server.advance(Duration.ofSeconds(32));
        assertThat(server.transactions()).isZero();
        assertThat(server.clock.pendingTimers()).isZero();
        assertThat(sent).hasValue(CALLS * 11); // 0, 0.5, 1.5, 3.5, 7.5, ... 31.5 s
    }

    @Test
    @Rfc(value = 3261, section = "13.3.1.4")
    void successesThatNobodyAcknowledgesEndWithTheirSessions() throws Exception {
        app.on("INVITE", request -> request.createResponse(200).send());
        app.onError(
                event -> event.getRequest().getSession().createRequest("BYE").send());
        server.deploy("app", app, ScriptedServlet.class);

        flood("there");

        assertThat(server.sessions()).isEqualTo(CALLS);
        server.advance(Duration.ofSeconds(32));
        assertThat(app.events).filteredOn("noAck"::equals).hasSize(CALLS);
        server.advance(Duration.ofSeconds(32)); // the BYE is not answered either
        assertThat(server.sessions()).isZero();
        assertThat(server.transactions()).isZero();
        assertThat(server.clock.pendingTimers()).isZero();
        app.assertUnharmed();
    }
}
