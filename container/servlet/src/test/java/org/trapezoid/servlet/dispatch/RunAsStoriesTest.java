// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.sip.SipServletContext;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.annotation.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.trapezoid.api.UserStore;
import org.trapezoid.servlet.security.StoredAccounts;
import org.trapezoid.servlet.testing.Constrained;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.auth.Account;
import org.trapezoid.sip.auth.ChallengeResponder;
import org.trapezoid.sip.auth.DigestChallenge;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transport.TrustDomain;

/** What a servlet with {@code run-as} sends to other applications of the server, in the role that its descriptor names (JSR 289 §14.3). */
class RunAsStoriesTest {
    private static final String REALM = "a.test";
    private static final String CHAIN = """
            ALL: ("gateway", "DAR:From", "ORIGINATING", "", "NO_ROUTE", "0"), \
            ("desk", "DAR:To", "TERMINATING", "", "NO_ROUTE", "1")
            """;

    private final TestServer server = TestServer.guarded(
            clock -> new StoredAccounts(
                    "users",
                    (name, realm) -> Optional.of(UserStore.User.withPassword("secret", Set.of("operator"))),
                    StoredAccounts.Options.DEFAULT,
                    clock),
            TrustDomain.EVERYBODY,
            CHAIN);
    private final Peer alice = server.peer("alice");
    private final ScriptedServlet gateway = new ScriptedServlet();
    private final ScriptedServlet desk = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        gateway.assertUnharmed();
        desk.assertUnharmed();
        server.assertEnded();
    }

    private Constrained gateway(String realm) {
        return new Constrained("gateway", ScriptedServlet.class, realm);
    }

    private Constrained guardedDesk() {
        return new Constrained("desk", ScriptedServlet.class, REALM)
                .declares("operator")
                .links(Map.of("boss", "operator"))
                .only(List.of("MESSAGE"), false, "operator");
    }

    private void deploy(Constrained first, Constrained second) throws Exception {
        gateway.on("MESSAGE", request -> request.getProxy().proxyTo(request.getRequestURI()));
        desk.on("MESSAGE", request -> request.createResponse(200).send());
        server.deploy(first.descriptor(), getClass().getClassLoader(), Map.of("main", gateway));
        server.deploy(second.descriptor(), getClass().getClassLoader(), Map.of("main", desk));
    }

    private Request.Builder message() {
        return alice.request(Method.MESSAGE, "sip:desk@b.test");
    }

    @SuppressWarnings("deprecation") // createRequest of JSR 116
    static Stream<ScriptedServlet.Script<SipServletRequest>> waysOn() {
        return Stream.of(
                request -> request.getProxy().proxyTo(request.getRequestURI()),
                request -> {
                    request.getB2buaHelper().createRequest(request).send();
                    request.createResponse(200).send();
                },
                request -> {
                    SipServletRequest own = ((jakarta.servlet.sip.SipFactory) request.getServletContext()
                                    .getAttribute(jakarta.servlet.sip.SipServlet.SIP_FACTORY))
                            .createRequest(request, false);
                    own.setContent("mine", "text/plain");
                    own.send();
                    request.createResponse(200).send();
                });
    }

    @ParameterizedTest
    @MethodSource("waysOn")
    void itIsLetInWithoutAPasswordAndNamesItsRole(ScriptedServlet.Script<SipServletRequest> on) throws Exception {
        deploy(gateway(REALM).runsAs("operator"), guardedDesk());
        gateway.on("MESSAGE", on);

        alice.send(message());

        alice.nextResponse(200);
        SipServletRequest received = desk.requests.get(0);
        assertThat(received.getRemoteUser()).isEqualTo("operator");
        assertThat(received.getUserPrincipal().getName()).isEqualTo("operator");
        assertThat(received.isUserInRole("operator")).isTrue();
        assertThat(received.isUserInRole("boss")).isTrue();
        assertThat(received.isUserInRole("user")).isFalse();
        SipServletRequest sent = gateway.requests.get(0); // who called it is somebody else
        assertThat(sent.getRemoteUser()).isNull();
        assertThat(sent.isUserInRole("operator")).isFalse();
    }

    @Test
    void anApplicationThatGuardsNothingSeesItToo() throws Exception {
        deploy(gateway(REALM).runsAs("operator"), new Constrained("desk", ScriptedServlet.class, REALM));

        alice.send(message());

        alice.nextResponse(200);
        assertThat(desk.requests.get(0).getRemoteUser()).isEqualTo("operator");
        assertThat(desk.requests.get(0).isUserInRole("operator")).isTrue();
    }

    /** A servlet that a listener adds. */
    public static final class Forwarding {
        @Message
        public void pass(SipServletRequest request) throws Exception {
            request.getProxy().proxyTo(request.getRequestURI());
        }
    }

    /** Adds it in the role. */
    public static final class Adding implements ServletContextListener {
        @Override
        public void contextInitialized(ServletContextEvent event) {
            SipServletContext context = (SipServletContext) event.getServletContext();
            ServletRegistration.Dynamic added = context.addServletPOJO("added", Forwarding.class);
            added.setRunAsRole("operator");
            assertThat(added.getRunAsRole()).isEqualTo("operator");
            context.getSipApplicationConfiguration().setMainServlet("added");
        }
    }

    @Test
    void anAddedServletHasTheRoleThatItsListenerGaveIt() throws Exception {
        desk.on("MESSAGE", request -> request.createResponse(200).send());
        server.deploy("gateway", gateway, Adding.class);
        Constrained second = new Constrained(
                        "desk", ScriptedServlet.class, "gateway") // the realm of an application without one
                .declares("operator")
                .only(List.of("MESSAGE"), false, "operator");
        server.deploy(second.descriptor(), getClass().getClassLoader(), Map.of("main", desk));

        alice.send(message());

        alice.nextResponse(200);
        assertThat(desk.requests.get(0).getRemoteUser()).isEqualTo("operator");
    }

    @Test
    void whoeverComesFromOutsideIsNobody() throws Exception {
        deploy(gateway(REALM).runsAs("operator").only(List.of("MESSAGE"), false, "operator"), guardedDesk());

        alice.send(message());

        alice.nextResponse(401);
        assertThat(gateway.seen).isEmpty();
    }

    static Stream<Constrained> whoIsNotLetIn() {
        return Stream.of(
                new Constrained("gateway", ScriptedServlet.class, REALM),
                new Constrained("gateway", ScriptedServlet.class, REALM).runsAs("clerk"),
                new Constrained("gateway", ScriptedServlet.class, "c.test").runsAs("operator"));
    }

    @ParameterizedTest
    @MethodSource("whoIsNotLetIn")
    void withoutItOrInAnotherRoleOrRealmTheSenderIsAsked(Constrained first) throws Exception {
        deploy(first, guardedDesk());

        alice.send(message());
        Response challenged = alice.nextResponse(401);
        Request.Builder again = message().set(HeaderName.CSEQ, "2 MESSAGE");
        alice.send(again.add(
                HeaderName.AUTHORIZATION,
                new ChallengeResponder(new java.util.SplittableRandom(1))
                        .answer(DigestChallenge.of(challenged).get(0), new Account("alice", "secret"), again.build(), 1)
                        .toString()));

        alice.nextResponse(200);
        assertThat(desk.requests).hasSize(1);
        assertThat(desk.requests.get(0).getRemoteUser()).isEqualTo("alice");
    }
}
