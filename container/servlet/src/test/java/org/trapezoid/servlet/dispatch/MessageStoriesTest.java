// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.Parameterable;
import jakarta.servlet.sip.SipServletMessage.HeaderForm;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipURI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** What applications read and change of messages (JSR 289 §4 and §5). */
class MessageStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("app", app);
    }

    private Response optionsAnsweredBy(ScriptedServlet.Script<SipServletRequest> script, Request.Builder options) {
        app.on("OPTIONS", request -> {
            script.run(request);
            request.createResponse(200).send();
        });
        bob.send(options);
        Response response = bob.nextResponse(200);
        app.assertUnharmed();
        return response;
    }

    private Request.Builder options() {
        return bob.request(Method.OPTIONS, "sip:app@a.test");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Call-ID",
                "From",
                "To",
                "CSeq",
                "Via",
                "Route",
                "Record-Route",
                "Contact",
                "RSeq",
                "RAck",
                "Path",
                "i",
                "v",
                "f",
                "t",
                "m"
            })
    void systemHeadersBelongToTheContainer(String name) {
        SipServletRequest request = app.request("INVITE", bob);

        assertThatThrownBy(() -> request.setHeader(name, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request.addHeader(name, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request.removeHeader(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request.setAddressHeader(name, app.address("<sip:x@y>")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMessageThatWasSentCannotBeChanged() throws Exception {
        SipServletRequest request = app.request("MESSAGE", bob);
        request.send();

        assertThat(request.isCommitted()).isTrue();
        assertThatThrownBy(() -> request.setHeader("Subject", "late")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> request.setContent("x", "text/plain")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> request.setRequestURI(app.uri("sip:x@y"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> request.getTo().setDisplayName("late")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> request.pushRoute((SipURI) app.uri("sip:r.test")))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(request::send).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aResponseThatWasSentCannotBeChanged() {
        app.on("OPTIONS", request -> {
            SipServletResponse response = request.createResponse(200);
            response.send();
            assertThat(response.isCommitted()).isTrue();
            assertThatThrownBy(() -> response.setHeader("Subject", "late")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> response.setStatus(500)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(response::send).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> request.createResponse(500)).isInstanceOf(IllegalStateException.class);
        });

        bob.send(options());

        bob.nextResponse(200);
    }

    @Test
    void addressesAndUrisAreWrittenThrough() throws Exception {
        SipServletRequest request = app.request("INVITE", bob);

        ((SipURI) request.getRequestURI()).setUser("robert");
        request.getFrom().setDisplayName("The App");
        ((SipURI) request.getTo().getURI()).setParameter("x", "1");
        Address contact = request.getAddressHeader("Contact");
        ((SipURI) contact.getURI()).setUser("me");
        contact.setParameter("+sip.foo", "\"bar\"");
        request.addAddressHeader("Refer-To", app.address("<sip:a@b>"), true);
        request.getAddressHeader("Refer-To").setDisplayName("A");
        request.setHeader("Reason", "SIP;cause=200");
        Parameterable reason = request.getParameterableHeader("Reason");
        reason.setParameter("cause", "480");
        request.pushRoute((SipURI) app.uri("sip:198.51.100.1;lr"));
        request.send();

        Request sent = bob.nextRequest(Method.INVITE);
        assertThat(sent.uriText()).isEqualTo("sip:robert@198.51.100.1:5060");
        assertThat(sent.from().displayName()).hasValue("The App");
        assertThat(sent.to().uri()).hasToString(bob.contact() + ";x=1");
        assertThat(sent.headers().all(HeaderName.CONTACT)).containsExactly("<sip:me@192.0.2.1:5060>;+sip.foo=\"bar\"");
        assertThat(sent.headers().first(HeaderName.of("Refer-To")).orElseThrow())
                .contains("A", "<sip:a@b>");
        assertThat(sent.headers().all(HeaderName.REASON)).containsExactly("SIP;cause=480");
        assertThat(sent.headers().all(HeaderName.ROUTE)).containsExactly("<sip:198.51.100.1;lr>");
    }

    @Test
    void theTagsAndTheAddressOfTheContactAreTheContainers() throws Exception {
        SipServletRequest request = app.request("INVITE", bob);

        assertThatThrownBy(() -> request.getFrom().setParameter("tag", "mine"))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> request.getFrom().removeParameter("tag")).isInstanceOf(IllegalStateException.class);
        Address copy = (Address) request.getFrom().clone();
        assertThat(copy.getParameter("tag")).isNull();
        ((SipURI) request.getAddressHeader("Contact").getURI()).setHost("elsewhere.test");
        request.send();

        assertThat(bob.nextRequest(Method.INVITE).headers().all(HeaderName.CONTACT))
                .containsExactly("<sip:192.0.2.1:5060>");
    }

    @Test
    void contentHasItsTypeAndCharset() throws Exception {
        SipServletRequest text = app.request("MESSAGE", bob);
        text.setContent("grün", "text/plain;charset=ISO-8859-1");
        text.send();
        SipServletRequest unicode = app.request("MESSAGE", bob);
        unicode.setContent("grün", "text/plain");
        unicode.send();
        SipServletRequest bytes = app.request("MESSAGE", bob);
        bytes.setContent(new byte[] {0, 1, 2}, "application/octet-stream");
        bytes.send();

        assertThat(bob.nextRequest(Method.MESSAGE).body()).isEqualTo("grün".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(bob.nextRequest(Method.MESSAGE).body()).isEqualTo("grün".getBytes(StandardCharsets.UTF_8));
        Request binary = bob.nextRequest(Method.MESSAGE);
        assertThat(binary.body()).containsExactly(0, 1, 2);
        assertThat(binary.headers().all(HeaderName.CONTENT_LENGTH)).containsExactly("3");
        assertThat(text.getContent()).isEqualTo("grün");
        assertThat(bytes.getRawContent()).containsExactly(0, 1, 2);
        assertThat(bytes.getContentLength()).isEqualTo(3);
    }

    @Test
    void receivedContentIsReadByItsCharset() {
        optionsAnsweredBy(
                request -> {
                    assertThat(request.getContentType()).isEqualTo("text/plain;charset=iso-8859-1");
                    assertThat(request.getCharacterEncoding()).isEqualToIgnoringCase("iso-8859-1");
                    assertThat(request.getContent()).isEqualTo("grün");
                    assertThat(request.getRawContent()).hasSize(4);
                },
                options()
                        .add(HeaderName.CONTENT_TYPE, "text/plain;charset=iso-8859-1")
                        .body("grün".getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Test
    void headersAreReadOneValueAtATime() {
        optionsAnsweredBy(
                request -> {
                    List<String> supported = new ArrayList<>();
                    request.getHeaders("Supported").forEachRemaining(supported::add);
                    assertThat(supported).containsExactly("path", "timer", "100rel");
                    assertThat(request.getHeaderList("k")).isEqualTo(supported);
                    assertThat(request.getHeader("X-None")).isNull();
                    assertThat(request.getHeaders("X-None").hasNext()).isFalse();
                    List<String> names = new ArrayList<>();
                    request.getHeaderNames().forEachRemaining(names::add);
                    assertThat(names).contains("Supported", "Via", "Call-ID").doesNotHaveDuplicates();
                    assertThatThrownBy(() -> request.getHeader(null)).isInstanceOf(NullPointerException.class);
                },
                options().add(HeaderName.SUPPORTED, "path, timer").add(HeaderName.SUPPORTED, "100rel"));
    }

    @Test
    void languagesAreSortedByPreference() {
        optionsAnsweredBy(
                request -> {
                    assertThat(request.getAcceptLanguage()).isEqualTo(Locale.GERMAN);
                    List<Locale> all = new ArrayList<>();
                    request.getAcceptLanguages().forEachRemaining(all::add);
                    assertThat(all).containsExactly(Locale.GERMAN, Locale.forLanguageTag("en-GB"), Locale.FRENCH);
                },
                options().add(HeaderName.ACCEPT_LANGUAGE, "fr;q=0.2, de, en-GB;q=0.8"));
    }

    @Test
    void headerNamesAreWrittenAsTheApplicationWants() throws Exception {
        SipServletRequest compact = app.request("MESSAGE", bob);
        compact.setHeader("Subject", "short");
        compact.setHeader("X-Own", "kept");
        compact.setHeaderForm(HeaderForm.COMPACT);
        compact.setContent("x", "text/plain");
        compact.send();
        String sent = bob.nextRequest(Method.MESSAGE).toString();
        SipServletResponse[] answers = new SipServletResponse[1];
        app.on("OPTIONS", request -> {
            SipServletResponse response = request.createResponse(200);
            response.setHeaderForm(HeaderForm.LONG);
            answers[0] = response;
            response.send();
        });
        server.udp.receive(bob.address(), """
                OPTIONS sip:app@a.test SIP/2.0
                v: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKshort
                f: <sip:bob@a.test>;tag=b
                t: <sip:app@a.test>
                i: short
                CSeq: 1 OPTIONS
                l: 0

                """);
        String answered = bob.nextResponse(200).toString();

        assertThat(sent).contains("\r\nf: <", "\r\nt: <", "\r\ni: ", "\r\ns: short\r\n", "\r\nl: 1\r\n", "\r\nc: ");
        assertThat(sent).contains("\r\nX-Own: kept\r\n", "\r\nCSeq: ");
        assertThat(sent).doesNotContain("\r\nFrom:", "\r\nSubject:");
        assertThat(answered)
                .contains("\r\nVia: ", "\r\nFrom: ", "\r\nCall-ID: short")
                .doesNotContain("\r\nv:", "\r\nf:");
        assertThat(answers[0].getHeaderForm()).isEqualTo(HeaderForm.LONG);
        assertThat(compact.getHeader("Subject")).isEqualTo("short");
    }

    @Test
    void aHeaderCannotSmuggleAnother() {
        SipServletRequest request = app.request("MESSAGE", bob);

        assertThatThrownBy(() -> request.setHeader("Subject", "x\r\nVia: evil"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request.addHeader("Subject", "x\nVia: evil"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ackAndCancelAreNotMadeByTheFactory() {
        assertThatThrownBy(() -> app.request("ACK", bob)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> app.request("CANCEL", bob)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> app.request("NO TOKEN", bob)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whereAMessageCameFromIsKnown() {
        optionsAnsweredBy(
                request -> {
                    assertThat(request.getRemoteAddr()).isEqualTo("198.51.100.1");
                    assertThat(request.getRemotePort()).isEqualTo(5060);
                    assertThat(request.getInitialRemoteAddr()).isEqualTo("198.51.100.1");
                    assertThat(request.getLocalAddr()).isEqualTo("192.0.2.1");
                    assertThat(request.getLocalPort()).isEqualTo(5060);
                    assertThat(request.getTransport()).isEqualToIgnoringCase("udp");
                    assertThat(request.isSecure()).isFalse();
                    assertThat(request.getMaxForwards()).isEqualTo(70);
                    assertThat(request.getMethod()).isEqualTo("OPTIONS");
                    assertThat(request.isInitial()).isTrue();
                    assertThat(request.isCommitted()).isFalse();
                    assertThat(request.getInputStream()).isNull();
                },
                options());
    }
}
