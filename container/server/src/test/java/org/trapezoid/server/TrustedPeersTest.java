// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A trust domain of a whole server, over real sockets. */
class TrustedPeersTest {

    /** Answers with the identity that it sees. */
    private static final class Teller extends SipServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doMessage(SipServletRequest req) throws IOException {
            var answer = req.createResponse(200);
            answer.setHeader("Subject", String.valueOf(req.getHeader("P-Asserted-Identity")));
            answer.send();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.0/8, <sip:alice@a.test>",
        "127.0.0.1, <sip:alice@a.test>",
        "127.0.0.0/25, <sip:alice@a.test>",
        "0.0.0.0/0, <sip:alice@a.test>",
        "127.0.0.128/25, null",
        "10.0.0.0/8, null",
        "::1, null"
    })
    void onlyPeersInsideSpeakForTheNetwork(String peers, String seen) throws Exception {
        try (SipServer server = SipServer.create(config -> config.listen(Listener.udp(0))
                        .stopTimeout(Duration.ZERO)
                        .trustedPeers(new TrustedPeers(List.of(peers), List.of()))
                        .application("teller", new Teller()));
                DatagramSocket alice = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            server.start();
            alice.setSoTimeout(10_000);
            int port = server.port("udp");
            byte[] message = ("MESSAGE sip:127.0.0.1:" + port + " SIP/2.0\r\n"
                            + "Via: SIP/2.0/UDP 127.0.0.1:" + alice.getLocalPort() + ";branch=z9hG4bK1;rport\r\n"
                            + "From: <sip:alice@a.test>;tag=1\r\nTo: <sip:127.0.0.1:" + port + ">\r\n"
                            + "Call-ID: 1\r\nCSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\n"
                            + "P-Asserted-Identity: <sip:alice@a.test>\r\nContent-Length: 0\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8);
            alice.send(new DatagramPacket(message, message.length, InetAddress.getLoopbackAddress(), port));
            DatagramPacket answer = new DatagramPacket(new byte[2000], 2000);
            alice.receive(answer);

            assertThat(new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8))
                    .startsWith("SIP/2.0 200 ")
                    .contains("\r\nSubject: " + seen + "\r\n");
        }
    }
}
