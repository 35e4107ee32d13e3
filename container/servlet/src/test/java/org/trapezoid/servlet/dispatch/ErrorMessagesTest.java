// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.message.Method;

/** What an application did wrong is told with its name and the rule. */
class ErrorMessagesTest {

    /** Something wrong, done to an INVITE that came in. */
    private interface Wrong {
        void with(SipServletRequest invite) throws Exception;
    }

    private static jakarta.servlet.sip.SipFactory factory(SipServletRequest invite) {
        return (jakarta.servlet.sip.SipFactory)
                invite.getServletContext().getAttribute("jakarta.servlet.sip.SipFactory");
    }

    private static Arguments wrong(String rule, Wrong step) {
        return Arguments.of(rule, step);
    }

    static Stream<Arguments> kinds() {
        return Stream.of(
                wrong("a final response was sent", invite -> {
                    invite.createResponse(486).send();
                    invite.createResponse(200);
                }),
                wrong("it was sent", invite -> {
                    SipServletResponse busy = invite.createResponse(486);
                    busy.send();
                    busy.send();
                }),
                wrong("a final response was sent", invite -> {
                    invite.createResponse(486).send();
                    invite.getProxy();
                }),
                wrong("the application is its B2BUA", invite -> {
                    invite.getB2buaHelper();
                    invite.getProxy();
                }),
                wrong("the application proxies it", invite -> {
                    invite.getProxy();
                    invite.getB2buaHelper();
                }),
                wrong("there must be at least one target", invite -> invite.getProxy()
                        .proxyTo(List.of())),
                wrong("the proxy has started", invite -> {
                    Proxy proxy = invite.getProxy();
                    proxy.proxyTo(invite.getRequestURI());
                    proxy.setRecordRoute(true);
                }),
                wrong("must be positive, not 0", invite -> invite.getProxy().setProxyTimeout(0)),
                wrong("it was not made by the application as a user agent", SipServletRequest::send),
                wrong("a status is from 100 to 699, not 42", invite -> invite.createResponse(42)),
                wrong("is a system header", invite -> invite.setHeader("Call-ID", "1")),
                wrong("the tag in From", invite -> invite.getFrom().setParameter("tag", "2")),
                wrong("was invalidated", invite -> {
                    SipSession session = invite.getSession();
                    session.invalidate();
                    session.createRequest("INFO");
                }),
                wrong("was invalidated", invite -> {
                    SipSession session = invite.getSession();
                    session.invalidate();
                    session.setAttribute("a", "b");
                }),
                wrong("was invalidated", invite -> {
                    var session = invite.getApplicationSession();
                    session.invalidate();
                    session.encodeURL(new java.net.URL("http://a.test/"));
                }),
                wrong("the container makes those", invite -> invite.getSession().createRequest("ACK")),
                wrong("a method is a token", invite -> invite.getSession().createRequest("IN VITE")),
                wrong("is INITIAL with a request that is not answered", invite -> invite.getSession()
                        .createRequest("INFO")),
                wrong("is one of a proxy", invite -> {
                    Proxy proxy = invite.getProxy();
                    proxy.setRecordRoute(true);
                    proxy.proxyTo(invite.getRequestURI());
                    invite.getSession().createRequest("INFO");
                }),
                wrong("has no servlet nobody", invite -> invite.getSession().setHandler("nobody")),
                wrong("is not linked", invite -> invite.getB2buaHelper().unlinkSipSessions(invite.getSession())),
                wrong("must be two valid sessions", invite -> invite.getB2buaHelper()
                        .linkSipSessions(invite.getSession(), invite.getSession())),
                wrong("Via is a system header", invite -> invite.getB2buaHelper()
                        .createRequest(invite, true, Map.of("Via", List.of("x")))),
                wrong("no asynchronous mode", SipServletRequest::startAsync),
                wrong("must be from 0 to 255", invite -> invite.setMaxForwards(256)),
                wrong("the client does not support 100rel", invite -> invite.createResponse(183)
                        .sendReliably()),
                wrong("only a provisional response above 100", invite -> invite.createResponse(486)
                        .sendReliably()),
                wrong("the timeout of the branch to", invite -> invite.getProxy()
                        .createProxyBranches(List.of(invite.getRequestURI()))
                        .get(0)
                        .setProxyBranchTimeout(0)),
                wrong("record-routing of", invite -> {
                    Proxy proxy = invite.getProxy();
                    proxy.startProxy();
                    proxy.proxyTo(invite.getRequestURI());
                    proxy.setRecordRoute(true);
                }),
                wrong("must be byte[] or String", invite -> invite.createResponse(200)
                        .setContent(List.of(), "text/plain")),
                wrong("unknown charset klingon", invite -> invite.createResponse(200)
                        .setCharacterEncoding("klingon")),
                wrong("is not an address", invite -> {
                    SipServletResponse busy = invite.createResponse(486);
                    busy.setHeader("Call-Info", "<sip");
                    busy.getAddressHeader("Call-Info");
                }),
                wrong("cannot change", invite -> invite.createResponse(486).setHeader("Subject", "a\r\nb")),
                wrong("has no dialog, and none to come", invite -> {
                    var options = invite.getApplicationSession();
                    SipServletRequest message = ((jakarta.servlet.sip.SipFactory)
                                    invite.getServletContext().getAttribute("jakarta.servlet.sip.SipFactory"))
                            .createRequest(options, "MESSAGE", "sip:a@a.test", "sip:b@b.test");
                    message.getSession().terminateDialog();
                }),
                wrong(
                        "must be -1 or from 0 to 1",
                        invite -> factory(invite).createAddress("sip:a@a.test").setQ(2)),
                wrong(
                        "ErrorMessagesTest",
                        invite -> factory(invite).createAddress("sip:a@a.test").setQ(-0.5f)),
                wrong(
                        "cannot change <sip:a@a.test>",
                        invite -> factory(invite).createAddress("sip:a@a.test").setValue("<sip:")),
                wrong(
                        "cannot change sip:a@a.test",
                        invite -> factory(invite).createSipURI("a", "a.test").setHost("no host")),
                wrong(
                        "cannot change sip:a@a.test",
                        invite -> factory(invite).createSipURI("a", "a.test").setPort(70_000)),
                wrong(
                        "cannot change sip:a@a.test",
                        invite -> factory(invite).createURI("sip:a@a.test").setParameter("no name", "1")),
                wrong("cannot change tel:+1", invite -> ((jakarta.servlet.sip.TelURL)
                                factory(invite).createURI("tel:+1"))
                        .setPhoneNumber("none")),
                wrong(
                        "a urn URI has no parameters",
                        invite -> factory(invite).createURI("urn:service:sos").setParameter("a", "b")),
                wrong("cannot change text/plain", invite -> factory(invite)
                        .createParameterable("text/plain")
                        .setParameter("no name", "1")),
                wrong("Contact of", invite -> ((jakarta.servlet.sip.SipURI)
                                invite.getAddressHeader("Contact").getURI())
                        .setHost("elsewhere.test")),
                wrong(
                        "an initial request that was not sent yet",
                        invite -> invite.setRoutingDirective(
                                jakarta.servlet.sip.ar.SipApplicationRoutingDirective.NEW, null)));
    }

    @ParameterizedTest(name = "{index} {0}")
    @MethodSource("kinds")
    void names(String rule, Wrong step) throws Exception {
        TestServer server = new TestServer();
        ScriptedServlet servlet = new ScriptedServlet();
        server.deploy("billing", servlet, ScriptedServlet.class);
        Peer alice = server.peer("alice");
        List<Throwable> thrown = new ArrayList<>();
        servlet.on("INVITE", invite -> thrown.add(catchThrowable(() -> step.with(invite))));

        alice.send(alice.request(Method.INVITE, server.peer("bob").contact()));

        assertThat(thrown).singleElement().isNotNull();
        assertThat(thrown.get(0)).hasMessageContaining("application billing").hasMessageContaining(rule);
    }

    @Test
    void namesTheApplicationOfATimerThatNobodyIsToldOf() throws Exception {
        TestServer server = new TestServer();
        ScriptedServlet servlet = new ScriptedServlet();
        server.deploy("billing", servlet);

        assertThat(catchThrowable(() ->
                        servlet.timers().createTimer(servlet.factory().createApplicationSession(), 1, false, null)))
                .hasMessageContaining("application billing declares no TimerListener");
    }
}
