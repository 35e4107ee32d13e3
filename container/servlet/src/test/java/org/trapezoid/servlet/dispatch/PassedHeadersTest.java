// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Header fields that are between applications and peers alone: a proxy and a B2BUA pass them on as they came. */
class PassedHeadersTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
        server.assertEndsInTime();
    }

    /** Each with the RFC that defines it. */
    private static Stream<String> lines() {
        return Stream.of(
                "Refer-To: <sip:carol@a.test?Replaces=12345%40a%3Bfrom-tag%3D1%3Bto-tag%3D2>", // 3515
                "r: <sip:carol@a.test;method=INVITE>",
                "Refer-Sub: false", // 4488
                "Referred-By: <sip:r@ref.example>;cid=\"20398823.2UWQFN309shb3@ref.example\"", // 3892
                "b: sip:r@ref.example",
                "Replaces: 98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff", // 3891
                "Join: 12adf2f34456gs5;to-tag=12345;from-tag=54321", // 3911
                "Target-Dialog: fa77as7dad8-sd98ajzz@host.example.com;local-tag=kkaz-;remote-tag=6544", // 4538
                "Recv-Info: foo, bar;x=1", // 6086
                "Info-Package: foo", // 6086
                "Event: presence.winfo;id=a;vnd.x=\"q, r\"", // 6665
                "o: dialog",
                "Allow-Events: presence, dialog", // 6665
                "u: refer",
                "Subscription-State: active;expires=5;retry-after=1;x", // 6665
                "Suppress-If-Match: b4cf7", // 5839
                "Suppress-Notify-If-Match: b4cf7", // 5839, as drafts had it
                "SIP-ETag: dx200xyz", // 3903
                "SIP-If-Match: dx200xyz", // 3903
                "History-Info: <sip:bob@a.test>;index=1, <sip:b@c?Reason=SIP%3Bcause%3D302>;index=1.1;rc=1", // 7044
                "Diversion: <sip:+195@a.test>;reason=unconditional;counter=1;privacy=off", // 5806
                "P-Asserted-Identity: \"Cullen\" <sip:fluffy@cisco.com>, <tel:+14085264000>", // 3325
                "P-Preferred-Identity: \"Cullen\" <sip:fluffy@cisco.com>", // 3325
                "Privacy: id;header; critical", // 3323
                "Identity: eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.sig;info=<https://b.c/cert>;alg=ES256;ppt=shaken", // 8224
                "y: sig;info=<https://b.c/cert>",
                "Reason: SIP;cause=200;text=\"Call, completed\", Q.850;cause=16", // 3326, 9366
                "Reason: Q.850;cause=16;location=LN", // 8606
                "Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2", // 7989
                "Accept-Contact: *;audio;require", // 3841
                "a: *;methods=\"INVITE,MESSAGE\";explicit",
                "Reject-Contact: *;actor=\"msg-taker\"", // 3841
                "Request-Disposition: proxy, parallel", // 3841
                "Feature-Caps: *;+sip.pns=\"acme\";+sip.pnsreg=\"121\"", // 6809, 8599
                "Resource-Priority: ets.0, wps.3", // 4412
                "Accept-Resource-Priority: ets.0", // 4412
                "Content-ID: <target123@atlanta.example.com>", // 8262
                "Content-Disposition: session;handling=optional", // 5621
                "P-Charging-Vector: icid-value=1234bc9876e;orig-ioi=home1.net", // 7315
                "P-Access-Network-Info: 3GPP-UTRAN-TDD; utran-cell-id-3gpp=234151D0FCE11", // 7315
                "P-Associated-URI: <sip:a@b>", // 7315
                "P-Early-Media: supported", // 5009
                "P-Charge-Info: <sip:eric@example.com>;npi=ISUP", // 8496
                "User-to-User: 56a390f3d2b7310023a2;encoding=hex;purpose=foo", // 7433
                "Geolocation: <cid:target123@atlanta.example.com>, <https://x.y>", // 6442
                "Geolocation-Routing: yes", // 6442
                "Answer-Mode: Manual;require", // 5373
                "Priv-Answer-Mode: Auto", // 5373
                "Security-Client: digest;q=0.1, tls", // 3329
                "Permission-Missing: sip:c@b", // 5360
                "Call-Info: <https://a/photo.jpg>;purpose=icon", // 3261
                "Alert-Info: <urn:alert:source:internal>", // 7462
                "Priority: urgent", // 3261
                "Subject: a  b", // white space inside stays
                "X-Anything:   goes\t;here");
    }

    private String invite(String uri, String line) {
        return "INVITE " + uri + " SIP/2.0\r\n"
                + "Via: SIP/2.0/UDP " + alice.host() + ":5060;branch=z9hG4bKpass\r\n"
                + "Max-Forwards: 70\r\n"
                + line + "\r\n"
                + "From: <sip:alice@a.test>;tag=1\r\n"
                + "To: <" + uri + ">\r\n"
                + "Call-ID: passed\r\n"
                + "CSeq: 1 INVITE\r\n"
                + "Contact: <" + alice.contact() + ">\r\n"
                + "Content-Length: 0\r\n\r\n";
    }

    private Request send(String text) {
        server.udp.receive(alice.address(), text.getBytes(StandardCharsets.UTF_8));
        server.advance(Duration.ZERO);
        return bob.nextRequest(Method.INVITE);
    }

    private void refuse(Request atBob, Response.Builder refusal) {
        bob.send(refusal);
        bob.nextRequest(Method.ACK);
        assertThat(atBob.callId()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("lines")
    @Rfc(value = 3261, section = "16.6")
    void aProxyPassesThemByteForByte(String line) throws Exception {
        server.deploy("app", app);
        app.on("INVITE", request -> request.getProxy().proxyTo(request.getRequestURI()));

        Request atBob = send(invite(bob.contact(), line));

        assertThat(atBob.toString()).contains("\r\n" + line + "\r\n");
        HeaderName name = HeaderName.of(line.substring(0, line.indexOf(':')));
        String value = line.substring(line.indexOf(':') + 1).strip();
        refuse(atBob, bob.answer(atBob, 486).add(name, value));
        Response atAlice = alice.nextResponse(486);
        assertThat(atAlice.headers().all(name)).contains(value);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aB2buaPassesTheirValues(String line) throws Exception {
        server.deploy("app", app);
        app.on("INVITE", request -> {
            var other = request.getB2buaHelper().createRequest(request, true, null);
            other.setRequestURI(app.uri(bob.contact()));
            other.send();
        });
        app.onResponse(response -> response.getRequest()
                .getB2buaHelper()
                .getLinkedSipServletRequest(response.getRequest())
                .createResponse(response.getStatus())
                .send());

        Request atBob = send(invite("sip:app@a.test", line));

        HeaderName name = HeaderName.of(line.substring(0, line.indexOf(':')));
        assertThat(atBob.headers().all(name))
                .isEqualTo(List.of(line.substring(line.indexOf(':') + 1).strip()));
        refuse(atBob, bob.answer(atBob, 486));
        alice.nextResponse(486);
    }
}
