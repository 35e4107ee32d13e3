// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.replication.TwoNodes.FIRST;
import static org.trapezoid.servlet.replication.TwoNodes.SECOND;
import static org.trapezoid.servlet.replication.TwoNodes.nextFinal;

import jakarta.servlet.sip.SipServletRequest;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.uri.AddressRange;
import org.trapezoid.sip.uri.ForbiddenRanges;

/** What a message from outside may not lead to, it may not lead to either when another node goes on with its call. */
class ForbiddenTakeoverTest {
    private static final String INSIDE = "sip:admin@10.0.0.1:8080";
    private static final String INSIDE6 = "sip:admin@[2001:db8:5::1]:8080";
    private static final ForbiddenRanges FORBIDDEN = ForbiddenRanges.of(List.of(
            new ForbiddenRanges.Forbidden(AddressRange.parse("10.0.0.0/8"), List.of(AddressRange.parse("10.0.0.5"))),
            new ForbiddenRanges.Forbidden(
                    AddressRange.parse("2001:db8::/32"), List.of(AddressRange.parse("2001:db8:1::/48")))));

    private final TwoNodes nodes = new TwoNodes(TestServer.Edge.forbidding(FORBIDDEN));
    private final Site site = nodes.site;
    private final ScriptedServlet app = nodes.app;
    private final Peer alice = nodes.alice;
    private final Peer bob = nodes.bob;
    private final Peer carol = nodes.carol;
    private final Peer aliceLater = nodes.aliceLater;
    private final Peer bobLater = nodes.bobLater;
    private final Peer carolLater = nodes.carolLater;

    @AfterEach
    void nothingWentInside() {
        for (String each : List.of(FIRST, SECOND)) {
            assertThat(site.node(each).server().udp.sent()).noneMatch(ForbiddenTakeoverTest::isInside);
            assertThat(site.node(each).server().udp6.sent()).noneMatch(ForbiddenTakeoverTest::isInside);
        }
        app.assertUnharmed();
    }

    private static boolean isInside(FakeTransport.Sent sent) {
        InetAddress peer = sent.peer().getAddress();
        return FORBIDDEN.contains(peer);
    }

    @Test
    void aByeGoesToNoContactInside() throws Exception {
        app.on("INVITE", request -> request.createResponse(200).send());
        app.on("INFO", request -> {
            request.createResponse(200).send();
            request.getSession().createRequest("BYE").send();
        });
        site.deploy("app", app);
        Request invite =
                alice.send(alice.request(Method.INVITE, "sip:app@a.test").set(HeaderName.CONTACT, "<" + INSIDE + ">"));
        Response success = nodes.acknowledge(invite);
        site.killAndNotice(FIRST);

        aliceLater.send(aliceLater.inDialog(Method.INFO, invite, success, 2));

        assertThat(app.seen).contains("403 BYE");
    }

    @Test
    void anotherLegOfTheCallLeadsNowhereInside() throws Exception {
        app.on("INVITE", request -> {
            request.getSession().setAttribute("begun by", request);
            request.createResponse(200).send();
        });
        app.on("INFO", request -> {
            SipServletRequest begun = (SipServletRequest) request.getSession().getAttribute("begun by");
            SipServletRequest leg = request.getB2buaHelper().createRequest(begun);
            leg.setRequestURI(app.uri(INSIDE));
            leg.send();
            request.createResponse(200).send();
        });
        site.deploy("app", app);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = nodes.acknowledge(invite);
        site.killAndNotice(FIRST);

        aliceLater.send(aliceLater.inDialog(Method.INFO, invite, success, 2));

        assertThat(app.seen).contains("403 INVITE");
    }

    @Test
    void theNextTargetOfASearchIsNotInside() throws Exception {
        app.on("INVITE", request -> {
            request.getProxy().setParallel(false);
            request.getProxy().proxyTo(List.of(app.uri(bob.contact()), request.getRequestURI()));
        });
        site.deploy("app", app);
        alice.send(alice.request(Method.INVITE, INSIDE));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(received, 180));
        alice.nextResponse(180);
        site.killAndNotice(FIRST);

        bobLater.send(bobLater.answer(received, 486));

        assertThat(nextFinal(aliceLater).status()).isBetween(400, 499);
    }

    @Test
    void theNextTargetOfARedirectionIsNotInside() throws Exception {
        Peer dave = site.node(FIRST).server().peer6("dave"); // is inside himself
        Peer daveLater = site.node(SECOND).server().peer6("dave");
        app.on("INVITE", request -> {
            request.getProxy().setParallel(false);
            request.getProxy().proxyTo(app.uri(bob.contact()));
        });
        site.deploy("app", app);
        dave.send(dave.request(Method.INVITE, "sip:bob@a.test"));
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 302)
                .set(HeaderName.CONTACT, "<" + carol.contact() + ">;q=0.9, <" + INSIDE6 + ">;q=0.5"));
        bob.nextRequest(Method.ACK);
        Request atCarol = carol.nextRequest(Method.INVITE);
        carol.send(carol.answer(atCarol, 180));
        dave.nextResponse(180);
        site.killAndNotice(FIRST);

        carolLater.send(carolLater.answer(atCarol, 486));

        assertThat(nextFinal(daveLater).status()).isBetween(400, 499);
    }
}
