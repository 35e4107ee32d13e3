// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipURI;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;

/** Which header fields are the container's, in which messages, and what of the Contact is not (JSR 289 §4.1.3, §5.4.2). */
class SystemHeadersTest {

    private static final List<String> ALWAYS = List.of(
            "From",
            "f",
            "To",
            "t",
            "Call-ID",
            "i",
            "CSeq",
            "Via",
            "v",
            "Route",
            "Record-Route",
            "Path",
            "RSeq",
            "RAck");

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("headers", app);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void assertSystem(SipServletMessage message, String name) {
        Address address = app.address("<sip:x@y.test>");
        Stream.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        () -> message.setHeader(name, "<sip:x@y.test>"),
                        () -> message.addHeader(name, "<sip:x@y.test>"),
                        () -> message.removeHeader(name),
                        () -> message.setAddressHeader(name, address),
                        () -> message.addAddressHeader(name, address, true),
                        () -> message.addAddressHeader(name, address, false),
                        () -> message.setParameterableHeader(name, address),
                        () -> message.addParameterableHeader(name, address, true))
                .forEach(change -> assertThatThrownBy(change)
                        .as(name)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("is a system header")
                        .hasMessageContaining("application headers"));
    }

    private static Stream<Arguments> fieldsAndMethods() {
        return ALWAYS.stream().flatMap(name -> Stream.of("INVITE", "REGISTER", "MESSAGE", "OPTIONS")
                .map(method -> Arguments.of(name, method)));
    }

    /** In what came in, what answers it, and what the application sends. */
    @ParameterizedTest
    @MethodSource("fieldsAndMethods")
    void areTheContainersInEveryMessage(String name, String method) {
        app.on(method, request -> {
            assertSystem(request, name);
            for (int status : new int[] {180, 200, 302, 404, 485}) {
                assertSystem(request.createResponse(status), name);
            }
            request.createResponse(404).send();
        });

        assertSystem(app.request(method, bob), name);
        alice.send(alice.request(Method.of(method), "sip:app@a.test"));

        alice.nextResponse(404);
    }

    @ParameterizedTest
    @MethodSource("fieldsAndMethods")
    void areTheContainersInResponsesThatCame(String name, String method) throws Exception {
        app.onResponse(response -> assertSystem(response, name));

        app.request(method, bob).send();
        bob.send(bob.answer(bob.nextRequest(Method.of(method)), 404));

        assertThat(app.seen).containsExactly("404 " + method);
    }

    @ParameterizedTest
    @CsvSource({
        "INVITE, 180, false",
        "INVITE, 200, false",
        "INVITE, 300, true",
        "INVITE, 302, true",
        "INVITE, 380, true",
        "INVITE, 404, false",
        "INVITE, 485, true",
        "MESSAGE, 200, false",
        "OPTIONS, 200, true",
        "OPTIONS, 404, false",
        "REGISTER, 200, true",
        "REGISTER, 423, true"
    })
    void theContactOfAResponse(String method, int status, boolean free) {
        app.on(method, request -> {
            SipServletResponse response = request.createResponse(status);
            if (free) {
                response.setHeader("Contact", "<sip:one@c.test>");
                response.addHeader("m", "<sip:two@c.test>");
            } else {
                assertSystem(response, "Contact");
                assertSystem(response, "m");
            }
            response.send();
        });

        alice.send(alice.request(Method.of(method), "sip:app@a.test"));

        List<String> contacts = alice.nextResponse(status).headers().all(HeaderName.CONTACT);
        if (free) {
            assertThat(contacts).containsExactly("<sip:one@c.test>", "<sip:two@c.test>");
        } else {
            assertThat(contacts).noneMatch(each -> each.contains("c.test"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "MESSAGE", "OPTIONS", "SUBSCRIBE"})
    void theContactOfARequestIsTheContainers(String method) {
        assertSystem(app.request(method, bob), "Contact");
        assertSystem(app.request(method, bob), "m");
    }

    @Test
    void theContactOfARegistrationIsTheApplications() throws Exception {
        SipServletRequest register = app.request("REGISTER", bob);
        register.addHeader("Contact", "<sip:one@c.test>");
        register.addAddressHeader("Contact", app.address("<sip:two@c.test>"), false);
        ((SipURI) register.getAddressHeader("Contact").getURI()).setHost("d.test");
        register.send();

        assertThat(bob.nextRequest(Method.REGISTER).headers().all(HeaderName.CONTACT))
                .containsExactly("<sip:one@d.test>", "<sip:two@c.test>");
    }

    @Test
    void whereTheContactOfAPeerLeadsStays() {
        app.on("INVITE", invite -> {
            for (String name : List.of("transport", "maddr", "ttl", "lr", "method")) {
                assertThatThrownBy(() ->
                                invite.getAddressHeader("Contact").getURI().setParameter(name, "1"))
                        .as(name)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("Contact")
                        .hasMessageContaining("application headers");
            }
            SipURI uri = (SipURI) invite.getAddressHeader("Contact").getURI();
            assertThatThrownBy(() -> uri.setHost("elsewhere.test")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> uri.setPort(1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> uri.setSecure(true)).isInstanceOf(IllegalStateException.class);
            uri.setUser("mask");
            uri.setParameter("x", "1");
            invite.getAddressHeader("Contact").setParameter("+sip.foo", "a");
            invite.getProxy().proxyTo(app.uri(bob.contact()));
        });

        alice.send(alice.request(Method.INVITE, "sip:app@a.test"));

        assertThat(bob.nextRequest(Method.INVITE).headers().all(HeaderName.CONTACT))
                .containsExactly("<" + alice.contact().replace("alice", "mask") + ";x=1>;+sip.foo=a");
    }

    @Test
    void pathIsPushedInRegistrationsAlone() throws Exception {
        SipServletRequest register = app.request("REGISTER", bob);
        register.pushPath(app.address("<sip:second.test;lr>"));
        register.pushPath(app.address("<sip:first.test;lr>"));
        assertThatThrownBy(() -> app.request("INVITE", bob).pushPath(app.address("<sip:a.test;lr>")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("application headers");
        register.send();

        assertThat(bob.nextRequest(Method.REGISTER).headers().all(HeaderName.PATH))
                .containsExactly("<sip:first.test;lr>", "<sip:second.test;lr>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Subject", "Authorization", "Max-Breadth", "Require", "Allow", "X-Own"})
    void othersAreTheApplications(String name) throws Exception {
        SipServletRequest request = app.request("MESSAGE", bob);
        request.setHeader(name, "1");
        request.addHeader(name, "2");
        request.removeHeader(name);
        request.setHeader(name, "3");
        request.send();

        assertThat(bob.nextRequest(Method.MESSAGE).headers().all(HeaderName.of(name)))
                .containsExactly("3");
    }
}
