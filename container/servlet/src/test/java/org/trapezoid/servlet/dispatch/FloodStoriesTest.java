// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.concurrent.QueueWait;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Too much of everything: what is refused, and what still passes (RFC 3261 §26.3.2.4). */
class FloodStoriesTest {

    private final ScriptedServlet app = new ScriptedServlet()
            .on("INVITE", request -> request.createResponse(200).send())
            .on("OPTIONS", request -> request.createResponse(200).send())
            .on("MESSAGE", request -> {})
            .on("REGISTER", request -> request.createResponse(200).send())
            .on("BYE", request -> request.createResponse(200).send());

    private static Request.Builder request(Peer peer, Method method, int number) {
        return peer.request(method, "sip:app@a.test").set(HeaderName.CALL_ID, "flood-" + number);
    }

    @Test
    @Rfc(value = 3261, section = "26.3.2.4")
    void aSourceThatAsksTooMuchIsRefusedWithoutStateAndOthersAreNot() throws Exception {
        TestServer server = TestServer.limitedBy(new AdmissionControl.Limits(1000, QueueWait.UNLIMITED, 10, 20))
                .deploy("uas", app, ScriptedServlet.class);
        Peer flooder = server.peer("flooder");
        Peer alice = server.peer("alice");

        for (int i = 0; i < 500; i++) {
            flooder.send(request(flooder, Method.OPTIONS, i));
        }
        int afterFlood = server.transactions();
        alice.send(request(alice, Method.OPTIONS, 1000));

        long taken = flooder.rest().stream()
                .filter(message -> ((Response) message).status() == 200)
                .count();
        assertThat(taken).isEqualTo(20);
        assertThat(flooder.rest()).hasSize(500);
        Response refusal = (Response) flooder.rest().get(499);
        assertThat(refusal.status()).isEqualTo(503);
        assertThat(refusal.headers().has(HeaderName.RETRY_AFTER)).isTrue();
        assertThat(afterFlood).isEqualTo(20);
        alice.nextResponse(200);
        server.assertEnded();
    }

    @Test
    void aCallOfTheFloodersAddressCanStillEnd() throws Exception {
        TestServer server = TestServer.limitedBy(new AdmissionControl.Limits(1000, QueueWait.UNLIMITED, 1, 5))
                .deploy("uas", app, ScriptedServlet.class);
        Peer alice = server.peer("alice");
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        for (int i = 0; i < 50; i++) {
            alice.send(request(alice, Method.OPTIONS, i));
        }
        alice.rest().clear();

        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));

        assertThat(alice.rest().stream().map(message -> (Response) message))
                .filteredOn(response -> response.cseq().method().equals("BYE"))
                .extracting(Response::status)
                .containsExactly(200);
        server.assertEnded();
    }

    @Test
    void whileWorkWaitsTooLongNoCallAndNoRegistrationBeginsAndCallsGoOn() throws Exception {
        long[] now = {0};
        QueueWait wait = new QueueWait(Duration.ofMillis(100), task -> {}, () -> now[0]); // no worker is ever free
        TestServer server = TestServer.limitedBy(new AdmissionControl.Limits(1000, wait, 0, 1))
                .deploy("uas", app, ScriptedServlet.class);
        Peer alice = server.peer("alice");
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        now[0] = TimeUnit.MILLISECONDS.toNanos(200);
        Peer other = server.peer("other");
        for (int i = 0; i < 40; i++) {
            other.send(request(other, i % 2 == 0 ? Method.INVITE : Method.REGISTER, i));
        }

        Request reinvite = alice.send(alice.inDialog(Method.INVITE, invite, success, 2));
        alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, reinvite, success, 2));
        alice.send(request(alice, Method.OPTIONS, 100));
        alice.nextResponse(200);
        alice.send(alice.inDialog(Method.BYE, invite, success, 3));
        alice.nextResponse(200);

        Response last = (Response) other.rest().get(other.rest().size() - 1);
        assertThat(last.status()).isEqualTo(503);
        assertThat(last.headers().has(HeaderName.RETRY_AFTER)).isTrue();
    }

    @Test
    @Rfc(value = 3261, section = "8.2.7")
    void whatWasRefusedIsRefusedAgainWhenItIsRepeated() throws Exception {
        long[] now = {0};
        List<Runnable> probes = new ArrayList<>();
        QueueWait wait = new QueueWait(Duration.ofMillis(100), probes::add, () -> now[0]);
        TestServer server = TestServer.limitedBy(new AdmissionControl.Limits(1000, wait, 0, 1))
                .deploy("uas", app, ScriptedServlet.class);
        Peer alice = server.peer("alice");
        wait.isTooLong(); // asks for a worker
        now[0] = TimeUnit.MILLISECONDS.toNanos(200);
        for (int i = 0; i < 20; i++) {
            wait.isTooLong(); // a few looks alone are no sign
        }
        Request refused = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        alice.nextResponse(503);
        List.copyOf(probes).forEach(Runnable::run); // workers are free again

        alice.send(refused);
        alice.nextResponse(503);
        alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        alice.nextResponse(200);
    }

    @Test
    void beyondThePendingTransactionsAByeStillEndsItsCall() throws Exception {
        TestServer server = TestServer.limitedBy(new AdmissionControl.Limits(30, QueueWait.UNLIMITED, 0, 1))
                .deploy("uas", app, ScriptedServlet.class);
        Peer alice = server.peer("alice");
        Peer flooder = server.peer("flooder");
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        for (int i = 0; i < 100; i++) {
            flooder.send(request(flooder, Method.MESSAGE, i)); // nobody answers
        }
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));

        alice.nextResponse(200);
        assertThat(flooder.rest()).hasSize(70);
        assertThat(((Response) flooder.rest().get(69)).status()).isEqualTo(503);
    }

    @Test
    void whatIsAnsweredCountsAFifthOfWhatIsPending() throws Exception {
        TestServer server = TestServer.limitedBy(new AdmissionControl.Limits(30, QueueWait.UNLIMITED, 0, 1))
                .deploy("uas", app, ScriptedServlet.class);
        Peer flooder = server.peer("flooder");

        for (int i = 0; i < 200; i++) {
            flooder.send(request(flooder, Method.OPTIONS, i));
        }

        assertThat(((Response) flooder.rest().get(149)).status()).isEqualTo(200);
        assertThat(((Response) flooder.rest().get(150)).status()).isEqualTo(503);
        server.assertEnded();
    }
}
