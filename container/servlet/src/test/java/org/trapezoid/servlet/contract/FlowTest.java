// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.Flow;
import jakarta.servlet.sip.FlowFailedEvent;
import jakarta.servlet.sip.FlowListener;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServletContext;
import jakarta.servlet.sip.SipServletRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.Rfc;

/** Flows of clients, named by tokens and used for requests (JSR 359, RFC 5626). */
class FlowTest {

    private final TestServer server = new TestServer();
    private final Peer phone = server.connected("phone");
    private final Peer alice = server.peer("alice");
    private final Listening app = new Listening();

    /** Is told of flows that fail. */
    public static final class Listening extends ScriptedServlet implements FlowListener {
        private static final long serialVersionUID = 1;
        private final transient List<Flow> failed = new CopyOnWriteArrayList<>();

        @Override
        public void flowFailed(FlowFailedEvent event) {
            failed.add(event.getFlow());
        }
    }

    @BeforeEach
    void deploy() throws Exception {
        app.on("REGISTER", register -> register.createResponse(200).send());
        server.deploy("flows", app, Listening.class);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private Flow registered() {
        List<Flow> flows = new CopyOnWriteArrayList<>();
        app.on("REGISTER", register -> {
            flows.add(register.getSession().getFlow());
            register.createResponse(200).send();
        });
        phone.send(phone.request(Method.REGISTER, "sip:phone@a.test"));
        phone.nextResponse(200);
        return flows.get(0);
    }

    private SipServletContext context() {
        return (SipServletContext) app.getServletContext();
    }

    @Test
    @Rfc(value = 5626, section = "5.2")
    void isFoundByItsToken() {
        Flow flow = registered();

        Flow again = context().getFlow(flow.getToken());

        assertThat(again).isEqualTo(flow);
        assertThat(again.isActive()).isTrue();
        assertThat(flow.getRemoteURI().getPort()).isEqualTo(phone.address().getPort());
        assertThat(flow.getRemoteURI().getTransportParam()).isEqualTo("tcp");
        assertThat(flow.getLocalURI().getHost()).isEqualTo(TestServer.HOST);
        assertThat(context().getFlow("fl.forged")).isNull();
        assertThat(context().getFlow("anything else")).isNull();
        assertThat(context().getSipWebSocketContext(flow.getToken())).isNull();
        flow.release();
        assertThat(flow.isActive()).isTrue();
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void aRequestOfASessionGoesOverIt() throws Exception {
        Flow flow = registered();
        SipServletRequest message = app.request("MESSAGE", alice);
        message.getSession().setFlow(flow);

        message.send();
        assertThat(message.getSession().getFlow()).isEqualTo(flow);
        Request arrived = phone.nextRequest(Method.MESSAGE);
        phone.send(phone.answer(arrived, 200));

        assertThat(arrived.headers().has(HeaderName.ROUTE)).isFalse();
        assertThat(arrived.uriText()).isEqualTo(alice.contact());
        assertThat(alice.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void theRequestsOfADialogGoOverItToo() throws Exception {
        Flow flow = registered();
        app.onResponse(response -> {
            if (response.getMethod().equals("INVITE")) {
                response.createAck().send();
            }
        });
        SipServletRequest call = app.request("INVITE", alice);
        call.getSession().setFlow(flow);

        call.send();
        phone.send(phone.answer(phone.nextRequest(Method.INVITE), 200));
        phone.nextRequest(Method.ACK);
        call.getSession().createRequest("BYE").send();

        phone.send(phone.answer(phone.nextRequest(Method.BYE), 200));
        assertThat(alice.rest()).isEmpty();
        server.assertEnded();
    }

    @Test
    void aProxySendsOverIt() {
        Flow flow = registered();
        app.on("INVITE", invite -> {
            Proxy proxy = invite.getProxy();
            proxy.setFlow(flow);
            proxy.proxyTo(app.uri("sip:phone@nowhere.test"));
            assertThat(proxy.getFlow()).isEqualTo(flow);
            assertThat(proxy.getProxyBranches().get(0).getFlow()).isEqualTo(flow);
        });

        alice.send(alice.request(Method.INVITE, "sip:phone@a.test"));
        phone.send(phone.answer(phone.nextRequest(Method.INVITE), 486));

        alice.nextResponse(486);
        server.assertEnded();
    }

    @Test
    void aBranchMayHaveOneOfItsOwn() {
        Flow flow = registered();
        app.on("INVITE", invite -> {
            var branches = invite.getProxy().createProxyBranches(List.of(app.uri("sip:phone@nowhere.test")));
            branches.get(0).setFlow(flow);
            invite.getProxy().startProxy();
            assertThatThrownBy(() -> branches.get(0).setFlow(flow)).isInstanceOf(IllegalStateException.class);
        });

        alice.send(alice.request(Method.INVITE, "sip:phone@a.test"));

        phone.send(phone.answer(phone.nextRequest(Method.INVITE), 486));
        alice.nextResponse(486);
        server.assertEnded();
    }

    @Test
    void listenersAreToldWhenItEnds() {
        Flow flow = registered();

        server.tcp.disconnect(phone.address());
        server.advance(java.time.Duration.ofMillis(1));

        assertThat(app.failed).containsExactly(flow);
        assertThat(flow.isActive()).isFalse();
        assertThat(context().getFlow(flow.getToken())).isNull();
        assertThatThrownBy(() -> app.request("MESSAGE", alice).getSession().setFlow(flow))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
