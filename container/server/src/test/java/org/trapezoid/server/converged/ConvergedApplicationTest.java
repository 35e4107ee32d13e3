// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.tomcat.jakartaee.EESpecProfiles;
import org.apache.tomcat.jakartaee.Migration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.server.testing.Sars;

/** One archive with servlets of both protocols, over real sockets. */
@Timeout(60)
class ConvergedApplicationTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    private Path base;

    private final HttpClient browser = ConvergedSite.browser();

    private ConvergedSite deployed(String file) throws IOException {
        return ConvergedSite.of(ConvergedSite.archive().zip(base.resolve(file)), base.resolve("data"));
    }

    @Test
    void servesHttpFromASarToo() throws Exception {
        try (ConvergedSite site = deployed("desk.sar")) {
            assertThat(site.get(browser, "hello.txt").body()).isEqualTo("static");
            assertThat(site.get(browser, "console/limit").body()).isEqualTo("17");
            assertThat(site.get(browser, "WEB-INF/web.xml").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void servesHttpFromASarByAnnotationsAlone() throws Exception {
        Path sar = Sars.empty()
                .withPackageOf(org.trapezoid.server.converged.app.Desk.class)
                .zip(base.resolve("desk.sar"));
        try (ConvergedSite site = ConvergedSite.of(sar, base.resolve("data"))) {
            assertThat(site.get(browser, "console/limit").body()).isEqualTo("3");
        }
    }

    @Test
    void injectsIntoServletsFiltersListenersAndEndpointsOfHttp() throws Exception {
        try (ConvergedSite site = deployed("desk.war")) {
            assertThat(site.ask(browser, "injected")).isEqualTo("true");
            assertThat(site.get(browser, "console/limit").headers().firstValue("X-Stamp"))
                    .contains("true");
            assertThat(site.webSocket(browser, "socket/bob", "hi")).isEqualTo("bob: hi 0");
        }
    }

    @Test
    void bindsNamesForTheApplication() throws Exception {
        try (ConvergedSite site = deployed("desk.war")) {
            for (String type :
                    new String[] {"SipFactory", "SipSessionsUtil", "TimerService", "DnsResolver", "LocationService"}) {
                assertThat(site.ask(browser, "name?x=sip/desk/" + type))
                        .contains("@")
                        .doesNotContain("Exception");
            }
            assertThat(site.ask(browser, "name?x=my/factory"))
                    .isEqualTo(site.ask(browser, "name?x=sip/desk/SipFactory"));
            assertThat(site.ask(browser, "name?x=greeting")).isEqualTo("hello");
            assertThat(site.ask(browser, "name?x=sip/other/SipFactory")).contains("NameNotFoundException");
            assertThat(site.ask(browser, "bind?x=1")).contains("NamingException");
        }
    }

    @Test
    void hasOneInstanceOfAClassThatListensToBothSides() throws Exception {
        try (ConvergedSite site = deployed("desk.war")) {
            site.ask(browser, "application");

            // the listener of the SIP side is called in the session's turn
            await().untilAsserted(
                            () -> assertThat(site.ask(browser, "listener")).isEqualTo("1 true 1"));
        }
    }

    @Test
    void hasOneInstanceOfAServletOfBothProtocols() throws Exception {
        System.clearProperty("desk.gone");
        try (ConvergedSite site = deployed("desk.war");
                DatagramSocket phone = phone()) {
            send(
                    phone,
                    """
                    MESSAGE sip:desk@127.0.0.1 SIP/2.0
                    Via: SIP/2.0/UDP 127.0.0.1:%1$d;rport;branch=z9hG4bK1
                    From: <sip:a@a.test>;tag=1
                    To: <sip:desk@127.0.0.1>
                    Call-ID: 1@a.test
                    CSeq: 1 MESSAGE
                    Subject: blue
                    Max-Forwards: 70
                    """.formatted(phone.getLocalPort()),
                    new java.net.InetSocketAddress(LOOPBACK, site.server().port("udp")));
            assertThat(receive(phone).text()).startsWith("SIP/2.0 200 ");

            assertThat(site.get(browser, "desk").body()).isEqualTo("1 1 green blue");
        }
        assertThat(Integer.getInteger("desk.gone")).isEqualTo(1);
    }

    @Test
    void showsTheProgressOfACallOnAPage() throws Exception {
        try (ConvergedSite site = deployed("desk.war");
                DatagramSocket phone = phone()) {
            showsProgress(site, phone);
        }
    }

    @Test
    void runsAnArchiveOfTheTimeBeforeJakarta() throws Exception {
        Path old = Files.createDirectory(base.resolve("old")).resolve("desk.war");
        Migration back = new Migration();
        back.setEESpecProfile(EESpecProfiles.JEE8);
        back.setSource(ConvergedSite.archive().zip(base.resolve("desk.war")).toFile());
        back.setDestination(old.toFile());
        back.execute();

        try (ConvergedSite site = ConvergedSite.of(old, base.resolve("data"));
                DatagramSocket phone = phone()) {
            assertThat(site.ask(browser, "injected")).isEqualTo("true");
            assertThat(site.webSocket(browser, "socket/bob", "hi")).startsWith("bob: hi");
            showsProgress(site, phone);
        }
    }

    /** Each line is seen before the phone sends what causes the next one. */
    private void showsProgress(ConvergedSite site, DatagramSocket phone) throws Exception {
        CompletableFuture<HttpResponse<java.io.InputStream>> asked = browser.sendAsync(
                HttpRequest.newBuilder(URI.create(site.url("desk?call=sip:phone@127.0.0.1:" + phone.getLocalPort())))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        Received invite = receive(phone);
        assertThat(invite.text()).startsWith("INVITE sip:phone@127.0.0.1");
        try (BufferedReader page = new BufferedReader(
                new InputStreamReader(asked.get(30, TimeUnit.SECONDS).body(), StandardCharsets.UTF_8))) {
            assertThat(page.readLine()).isEqualTo("calling");

            send(phone, invite.response("180 Ringing"), invite.from());
            assertThat(page.readLine()).isEqualTo("180");

            send(phone, invite.response("200 OK"), invite.from());
            assertThat(page.readLine()).isEqualTo("talking");
            assertThat(page.readLine()).isNull();
        }
        assertThat(receive(phone).text()).startsWith("ACK ");
        Received bye = receive(phone);
        assertThat(bye.text()).startsWith("BYE ");
        send(phone, bye.response("200 OK"), bye.from());
    }

    private record Received(String text, SocketAddress from) {
        String response(String status) {
            StringBuilder response = new StringBuilder("SIP/2.0 " + status + "\n");
            for (String line : text.split("\r\n")) {
                if (line.startsWith("Via:")
                        || line.startsWith("From:")
                        || line.startsWith("Call-ID:")
                        || line.startsWith("CSeq:")) {
                    response.append(line).append('\n');
                } else if (line.startsWith("To:")) {
                    response.append(line).append(line.contains(";tag=") ? "\n" : ";tag=phone\n");
                } else if (line.startsWith("INVITE ")) {
                    response.append("Contact: <")
                            .append(line, "INVITE ".length(), line.lastIndexOf(' '))
                            .append(">\n");
                }
            }
            return response.toString();
        }
    }

    private static DatagramSocket phone() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static void send(DatagramSocket socket, String head, SocketAddress to) throws IOException {
        byte[] bytes = (head + "Content-Length: 0\n\n").replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        socket.send(new DatagramPacket(bytes, bytes.length, to));
    }

    private static Received receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65535], 65535);
        socket.receive(packet);
        return new Received(
                new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8), packet.getSocketAddress());
    }
}
