// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.sip.transport.TlsBench.isClosed;
import static org.trapezoid.sip.transport.TlsBench.options;
import static org.trapezoid.sip.transport.TlsBench.read;
import static org.trapezoid.sip.transport.TlsBench.write;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.testing.TestKeys;
import org.trapezoid.sip.tls.ClientAuth;

/** What a peer with bad intentions says on a TLS port. */
@Timeout(60)
class TlsAttackTest {
    private static final byte ALERT = 21;
    private static final byte PROTOCOL_VERSION = 70;

    @TempDir
    static Path directory;

    static Path server;
    static Path trust;

    private final TlsBench bench = new TlsBench();

    @BeforeAll
    static void makeKeys() {
        server = TestKeys.make(directory, "server.p12", "server", "dns:server.test");
        trust = TestKeys.trust(directory, "trust.pem", server);
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private StreamTransport started(StreamOptions options) throws IOException {
        return bench.started(bench.context(options(server, trust, ClientAuth.WANTED)), options);
    }

    private void serves(StreamTransport transport) throws Exception {
        SSLSocket client = bench.connected(transport, TestKeys.peer(trust));
        write(client, Texts.options("well"));
        assertThat(bench.received.next().message().callId()).isEqualTo("well");
    }

    @Test
    void closesOnPlainTextAndGarbage() throws Exception {
        StreamTransport transport = started(StreamOptions.DEFAULT);
        Socket plain = bench.plain(transport);
        Socket garbage = bench.plain(transport);
        byte[] random = new byte[4000];
        new Random(1).nextBytes(random);
        byte[] record = {22, 3, 3, 0, 8, 1, (byte) 255, (byte) 255, (byte) 255, 0, 0, 0, 0};

        write(plain, Texts.options("plain"));
        garbage.getOutputStream().write(record);
        try {
            garbage.getOutputStream().write(random);
        } catch (IOException closedAlready) {
            assertThat(closedAlready).isNotNull();
        }

        assertThat(isClosed(plain)).isTrue();
        assertThat(isClosed(garbage)).isTrue();
        bench.received.nextClosed();
        bench.received.nextClosed();
        serves(transport);
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 1, 2})
    @Rfc(value = 8996, section = "5")
    void refusesSsl3AndTls10And11(byte minor) throws Exception {
        Socket old = bench.plain(started(StreamOptions.DEFAULT));

        old.getOutputStream().write(clientHello(minor));

        byte[] alert = old.getInputStream().readNBytes(7);
        assertThat(alert[0]).isEqualTo(ALERT);
        assertThat(alert[6]).isEqualTo(PROTOCOL_VERSION);
        assertThat(isClosed(old)).isTrue();
    }

    @Test
    void endsAHandshakeThatTakesTooLong() throws Exception {
        StreamTransport transport = started(StreamOptions.DEFAULT.withHandshake(Duration.ofMillis(100)));
        Socket silent = bench.plain(transport);
        Socket slow = bench.plain(transport);

        slow.getOutputStream().write(clientHello((byte) 3), 0, 20);

        assertThat(isClosed(silent)).isTrue();
        assertThat(isClosed(slow)).isTrue();
        bench.received.nextClosed();
        bench.received.nextClosed();
    }

    @Test
    void servesOthersWhileManyHandshakesHang() throws Exception {
        StreamTransport transport = started(StreamOptions.DEFAULT);
        byte[] hello = clientHello((byte) 3);
        for (int i = 0; i < 50; i++) {
            Socket hanging = bench.plain(transport);
            hanging.getOutputStream().write(hello, 0, i);
        }

        serves(transport);
    }

    @Test
    @Rfc(value = 9325, section = "3.5")
    void refusesRenegotiation() throws Exception {
        SSLSocket client = bench.connected(started(StreamOptions.DEFAULT), TestKeys.peer(trust));
        client.setEnabledProtocols(new String[] {"TLSv1.2"});
        write(client, Texts.options("first"));
        bench.received.next();

        boolean refused;
        try {
            client.startHandshake();
            write(client, Texts.options("second"));
            refused = isClosed(client);
        } catch (IOException e) {
            refused = true;
        }

        assertThat(refused).isTrue();
        bench.received.nextClosed();
        assertThat(bench.received.isEmpty()).isTrue();
    }

    @Test
    void refusesAHugeCertificateChain() throws Exception {
        StreamTransport transport = started(StreamOptions.DEFAULT);
        SSLSocket client = bench.connected(transport, TestKeys.insisting(server, 1000));

        boolean refused;
        try {
            write(client, Texts.options("in"));
            refused = isClosed(client);
        } catch (IOException e) {
            refused = true;
        }

        assertThat(refused).isTrue();
        bench.received.nextClosed();
        assertThat(bench.received.isEmpty()).isTrue();
        serves(transport);
    }

    @Test
    void countsConnectionsBeforeTheirHandshake() throws Exception {
        StreamTransport transport = started(StreamOptions.DEFAULT.withConnections(100, 2));
        Socket first = bench.plain(transport);
        bench.plain(transport);

        Socket third = bench.plain(transport);

        assertThat(isClosed(third)).isTrue();
        first.close();
        bench.received.nextClosed();
        serves(transport);
    }

    @Test
    void keepsTheLimitsOfAStream() throws Exception {
        StreamOptions options = StreamOptions.DEFAULT.withDeadlines(Duration.ofMillis(100), Duration.ofSeconds(60));
        SSLSocket slow = bench.connected(started(options), TestKeys.peer(trust));

        write(slow, "OPTIONS sip:server@example.com SIP/2.0\r\nVia: ");

        assertThat(read(slow, 1)).isEmpty();
        bench.received.nextClosed();
    }

    /** A ClientHello of one cipher suite without extensions, in records of version 3.0. */
    private static byte[] clientHello(byte minor) throws IOException {
        ByteArrayOutputStream hello = new ByteArrayOutputStream();
        hello.write(new byte[] {3, minor});
        hello.write(new byte[32]); // random
        hello.write(new byte[] {0}); // no session
        hello.write(new byte[] {0, 4, (byte) 0xc0, 0x09, (byte) 0xc0, 0x2b});
        hello.write(new byte[] {1, 0}); // no compression
        int length = hello.size();
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.write(new byte[] {22, 3, 0, 0, (byte) (length + 4), 1, 0, 0, (byte) length});
        hello.writeTo(record);
        return record.toByteArray();
    }
}
