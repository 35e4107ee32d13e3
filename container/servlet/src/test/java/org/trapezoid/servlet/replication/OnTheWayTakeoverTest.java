// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.replication.TwoNodes.FIRST;
import static org.trapezoid.servlet.replication.TwoNodes.nextFinal;

import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.URI;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.Binding;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.transport.TrustDomain;
import org.trapezoid.sip.uri.ForbiddenRanges;

/** What a request that is on its way still needs: the other hops, the caller's own From, the flow that it went over. */
class OnTheWayTakeoverTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(33); // over 64*T1

    @TempDir
    private Path directory;

    private TwoNodes nodes;
    private Site site;
    private ScriptedServlet app;
    private Peer alice;
    private Peer bob;
    private Peer aliceLater;
    private Peer bobLater;
    private Peer carolLater;

    @BeforeEach
    void start() throws IOException {
        Path hosts = Files.writeString(directory.resolve("hosts"), "198.51.100.2 pbx.test\n198.51.100.3 pbx.test\n");
        TrustDomain trust = new TrustDomain(peer -> false, List.of(), true);
        nodes = new TwoNodes(new TestServer.Edge(ForbiddenRanges.NONE, trust, hosts, "", false));
        site = nodes.site;
        app = nodes.app;
        alice = nodes.alice;
        bob = nodes.bob;
        aliceLater = nodes.aliceLater;
        bobLater = nodes.bobLater;
        carolLater = nodes.carolLater;
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void proxies(String target) throws Exception {
        app.on("INVITE", request -> {
            request.getProxy().setRecordRoute(true);
            request.getProxy().proxyTo(app.uri(target));
        });
        site.deploy("app", app);
    }

    /** Until the caller has been told to wait: then the other node knows the call. */
    private void waitFor100() {
        site.clock.advance(Duration.ofMillis(300));
        alice.nextResponse(100);
    }

    @Test
    @Rfc(value = 3263, section = "4.3")
    void aProxyGoesOnToTheNextServer() throws Exception {
        proxies("sip:bob@pbx.test");
        nodes.invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        waitFor100();
        site.killAndNotice(FIRST);
        assertThat(carolLater.rest()).isEmpty();

        site.clock.advance(TIMEOUT);

        Request atCarol = carolLater.nextRequest(Method.INVITE);
        assertThat(atCarol.topBranch()).isNotEqualTo(atBob.topBranch());
        assertThat(atCarol.viaCount()).isEqualTo(2);
        assertThat(atCarol.headers().values(HeaderName.RECORD_ROUTE)).hasSize(1);
        carolLater.send(carolLater.answer(atCarol, 486));
        assertThat(nextFinal(aliceLater).status()).isEqualTo(486);
    }

    @Test
    @Rfc(value = 3263, section = "4.3")
    void aUserAgentGoesOnToTheNextServer() throws Exception {
        app.on("INVITE", request -> {
            SipServletRequest leg = request.getB2buaHelper().createRequest(request, true, null);
            leg.setRequestURI(app.uri("sip:bob@pbx.test"));
            leg.send();
        });
        app.onResponse(response -> response.getRequest()
                .getB2buaHelper()
                .getLinkedSipServletRequest(response.getRequest())
                .createResponse(response.getStatus())
                .send());
        site.deploy("app", app);
        nodes.invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        waitFor100();
        site.killAndNotice(FIRST);

        site.clock.advance(TIMEOUT);

        Request atCarol = carolLater.nextRequest(Method.INVITE);
        assertThat(atCarol.topBranch()).isNotEqualTo(atBob.topBranch());
        assertThat(atCarol.viaCount()).isEqualTo(1);
        assertThat(atCarol.callId()).isEqualTo(atBob.callId());
        assertThat(atCarol.headers().all(HeaderName.CONTACT)).hasSize(1);
        carolLater.send(carolLater.answer(atCarol, 486));
        assertThat(nextFinal(aliceLater).status()).isEqualTo(486);
    }

    @Test
    @Rfc(value = 3263, section = "4.3")
    void aServerThatHasTheRequestIsTheLastOne() throws Exception {
        proxies("sip:bob@pbx.test");
        nodes.ring();
        site.killAndNotice(FIRST);

        site.clock.advance(Duration.ofSeconds(190)); // Timer C

        assertThat(carolLater.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 3323, section = "5.3")
    void theCallerWhoWasHiddenFindsItsOwnFrom() throws Exception {
        proxies(bob.contact());
        Request invite =
                alice.send(alice.request(Method.INVITE, "sip:bob@a.test").add(HeaderName.PRIVACY, "user"));
        Request atBob = bob.nextRequest(Method.INVITE);
        assertThat(atBob.from().toString()).contains("anonymous");
        bob.send(bob.answer(atBob, 180));
        assertThat(alice.nextResponse(180).from()).isEqualTo(invite.from());
        site.killAndNotice(FIRST);

        bobLater.send(bobLater.answer(atBob, 486));

        assertThat(nextFinal(aliceLater).from()).isEqualTo(invite.from());
    }

    @Test
    @Rfc(value = 3261, section = "15")
    void aByeWaitsForTheAckAtTheSurvivor() throws Exception {
        app.on("INVITE", request -> {
            request.createResponse(200).send();
            request.getSession().createRequest("BYE").send();
        });
        site.deploy("app", app);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        alice.nextResponse(200);
        site.killAndNotice(FIRST);
        Response success = aliceLater.nextResponse(200);
        assertThat(aliceLater.rest()).noneMatch(Request.class::isInstance);

        aliceLater.send(aliceLater.inDialog(Method.ACK, invite, success, 1));

        Request bye = (Request) aliceLater.rest().stream()
                .filter(Request.class::isInstance)
                .findFirst()
                .orElseThrow();
        aliceLater.send(aliceLater.answer(bye, 200));
        assertThat(bye.method()).isEqualTo(Method.BYE);
        site.assertEnded();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc(value = 6665, section = "4.1.2")
    void aSubscribeMakesItsSubscriptionAtTheSurvivor(boolean notifiesFirst) throws Exception {
        app.on("MESSAGE", request -> {
            SipFactory factory =
                    (SipFactory) request.getSession().getServletContext().getAttribute(SipServlet.SIP_FACTORY);
            SipServletRequest subscribe = factory.createRequest(
                    request.getApplicationSession(), "SUBSCRIBE", app.uri("sip:app@a.test"), app.uri(bob.contact()));
            subscribe.setHeader("Event", "presence");
            subscribe.setExpires(600);
            subscribe.send();
            request.createResponse(200).send();
        });
        app.on("NOTIFY", request -> request.createResponse(200).send());
        site.deploy("app", app);
        alice.send(alice.request(Method.MESSAGE, "sip:app@a.test"));
        Request subscribe = bob.nextRequest(Method.SUBSCRIBE);
        site.clock.advance(Duration.ofMillis(100));
        site.killAndNotice(FIRST);
        app.seen.clear();

        Response answer =
                bobLater.answer(subscribe, 200).set(HeaderName.EXPIRES, "600").build();
        Request.Builder notify = notify(subscribe, answer, 1, "active;expires=600");
        if (!notifiesFirst) {
            bobLater.send(answer);
        }
        bobLater.send(notify);
        if (notifiesFirst) {
            bobLater.send(answer);
        }
        bobLater.send(notify(subscribe, answer, 2, "terminated;reason=noresource"));

        assertThat(app.seen).containsExactlyInAnyOrder("NOTIFY", "200 SUBSCRIBE", "NOTIFY");
        assertThat(bobLater.rest())
                .filteredOn(each -> each instanceof Response response && response.status() == 200)
                .hasSize(2);
        site.assertEnded();
    }

    private Request.Builder notify(Request subscribe, Response answer, int cseq, String state) {
        return bobLater.fromCallee(Method.NOTIFY, subscribe, answer, cseq)
                .add(HeaderName.EVENT, "presence")
                .add(HeaderName.SUBSCRIPTION_STATE, state);
    }

    private void bind(SipServletRequest register) throws Exception {
        locations(register)
                .bind(Binding.of(
                                register.getTo().getURI().toString(),
                                register.getAddressHeader("Contact").getURI().toString(),
                                site.clock.instant().plusSeconds(600),
                                register.getCallId(),
                                1)
                        .withSource(Binding.Source.of(register)));
        register.createResponse(200).send();
    }

    private LocationTable locations(SipServletRequest request) {
        return site.node(request.getLocalAddr()).locations();
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void aFlowThatDiedWithItsNodeIsNoFaultOfTheServer() throws Exception {
        Peer page = site.node(FIRST).server().browser("page");
        app.on("REGISTER", this::bind);
        app.on("INVITE", request -> {
            URI target =
                    app.uri(locations(request).lookup("sip:page@a.test").get(0).target());
            request.getProxy().proxyTo(target);
        });
        site.deploy("app", app);
        page.send(page.request(Method.REGISTER, "sip:page@a.test").set(HeaderName.FROM, "<sip:page@a.test>;tag=1"));
        page.nextResponse(200);
        alice.send(alice.request(Method.INVITE, "sip:page@a.test"));
        page.nextRequest(Method.INVITE);
        waitFor100();

        site.killAndNotice(FIRST);
        site.clock.advance(TIMEOUT);

        assertThat(nextFinal(aliceLater).status()).isEqualTo(480);
    }

    /** Takes its time to be read, in which something happens. */
    private static final class Slow implements Serializable {
        private static final long serialVersionUID = 1L;
        private static volatile Runnable meanwhile = () -> {};

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            meanwhile.run();
        }
    }

    @Test
    void aResponseThatComesWhileItsSessionIsReadWaitsForIt() throws Exception {
        nodes.deployB2bua();
        app.on("INVITE", request -> {
            request.getApplicationSession().setAttribute("slow", new Slow());
            SipServletRequest leg = request.getB2buaHelper().createRequest(request, true, null);
            leg.setRequestURI(app.uri(nodes.bob.contact()));
            leg.send();
        });
        TwoNodes.Ringing call = nodes.ring();
        Thread phone = new Thread(() -> bobLater.send(TwoNodes.recorded(bobLater, call.received(), 200)));
        Slow.meanwhile = () -> {
            Slow.meanwhile = () -> {};
            phone.start();
            try {
                phone.join(Duration.ofSeconds(5).toMillis());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };

        site.killAndNotice(FIRST);
        phone.join();
        site.clock.advance(Duration.ofSeconds(1));

        assertThat(nextFinal(aliceLater).status()).isEqualTo(200);
    }
}
