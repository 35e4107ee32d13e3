// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.sip.transport.TlsBench.isClosed;
import static org.trapezoid.sip.transport.TlsBench.options;
import static org.trapezoid.sip.transport.TlsBench.read;
import static org.trapezoid.sip.transport.TlsBench.write;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.testing.TestKeys;
import org.trapezoid.sip.tls.ClientAuth;
import org.trapezoid.sip.tls.TlsContext;
import org.trapezoid.sip.tls.TlsPeer;

@Timeout(60)
class TlsTransportTest {
    @TempDir
    static Path directory;

    static Path server;
    static Path authority;
    static Path peer;
    static Path trust;

    private final TlsBench bench = new TlsBench();

    @BeforeAll
    static void makeKeys() {
        server = TestKeys.make(directory, "server.p12", "server", "dns:server.test,ip:127.0.0.1");
        authority = TestKeys.authority(directory, "authority.p12", "authority");
        peer = TestKeys.signed(directory, "peer.p12", "peer", authority, "uri:sip:b.test,uri:sip:c.test");
        trust = TestKeys.trust(directory, "trust.pem", server, authority);
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private StreamTransport started(ClientAuth clientAuth) throws IOException {
        return bench.started(bench.context(options(server, trust, clientAuth)), StreamOptions.DEFAULT);
    }

    private static InetSocketAddress address(SSLServerSocket listening) {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    @Rfc(value = 3261, section = "26.2.1")
    void carriesMessagesBothWays(String version) throws Exception {
        SSLSocket client = bench.connected(started(ClientAuth.OFF), TestKeys.peer(trust));
        client.setEnabledProtocols(new String[] {version});

        write(client, Texts.options("one") + "\r\n\r\n" + Texts.options("two"));
        String pong = read(client, 2);
        Flow flow = bench.received.next().flow();
        flow.send(Texts.request("out"), failure -> {});

        assertThat(pong).isEqualTo("\r\n");
        assertThat(bench.received.next().message().callId()).isEqualTo("two");
        assertThat(flow.protocol()).isEqualTo(Protocol.TLS);
        assertThat(flow.tls().map(TlsPeer::protocol)).contains(version);
        assertThat(flow.tls().orElseThrow().certificates()).isEmpty();
        assertThat(read(client, Texts.options("out").length())).isEqualTo(Texts.options("out"));
    }

    @Test
    @Rfc(value = 3261, section = "18.1.1")
    @Checklist("X13")
    void connectsAndSendsInOrderWhatWasQueuedDuringTheHandshake() throws Exception {
        SSLServerSocket listening = bench.listening(TestKeys.peer(trust, peer));
        StreamTransport transport = started(ClientAuth.OFF);

        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            transport.flowTo(address(listening), "B.test").send(Texts.request("m" + i), failure -> {});
            expected.append(Texts.options("m" + i));
        }

        SSLSocket accepted = bench.accepted(listening);
        assertThat(read(accepted, expected.length())).isEqualTo(expected.toString());
        write(accepted, Texts.options("back"));
        assertThat(bench.received.next().flow()).isSameAs(transport.flowTo(address(listening), "b.test"));
    }

    @Test
    @Rfc(value = 5922, section = "7.3")
    void showsItsOwnCertificateWhenThePeerAsks() throws Exception {
        SSLServerSocket listening = bench.listening(TestKeys.peer(trust, peer));
        listening.setNeedClientAuth(true);

        started(ClientAuth.OFF).flowTo(address(listening), "b.test").send(Texts.request("in"), failure -> {});

        SSLSocket accepted = bench.accepted(listening);
        assertThat(read(accepted, Texts.options("in").length())).isEqualTo(Texts.options("in"));
        X509Certificate shown = (X509Certificate) accepted.getSession().getPeerCertificates()[0];
        assertThat(shown.getSubjectX500Principal().getName()).isEqualTo("CN=server");
    }

    @ParameterizedTest
    @ValueSource(strings = {"another name", "a wildcard", "expired", "untrusted"})
    @Rfc(value = 5922, section = "7.3")
    @Checklist("X13")
    void sendsNothingToAPeerThatIsNotTheOneMeant(String fault) throws Exception {
        Path shown =
                switch (fault) {
                    case "another name" -> peer;
                    case "a wildcard" -> TestKeys.make(directory, "wildcard.p12", "wildcard", "dns:*.b.test");
                    case "expired" -> expired("uri:sip:b.test");
                    default -> TestKeys.make(directory, "stranger.p12", "stranger", "dns:b.test");
                };
        String meant = fault.equals("another name") ? "a.test" : fault.equals("a wildcard") ? "x.b.test" : "b.test";
        Path known = fault.equals("a wildcard") ? TestKeys.trust(directory, "wildcard.pem", shown) : trust;
        StreamTransport transport =
                bench.started(bench.context(options(server, known, ClientAuth.OFF)), StreamOptions.DEFAULT);
        SSLServerSocket listening = bench.listening(TestKeys.peer(trust, shown));
        BlockingQueue<IOException> failures = new LinkedBlockingQueue<>();

        Flow flow = transport.flowTo(address(listening), meant);
        flow.send(Texts.request("secret"), failures::add);

        SSLSocket accepted = bench.accepted(listening);
        assertThat(isClosed(accepted)).isTrue();
        assertThat(failures.poll(5, TimeUnit.SECONDS)).isNotNull();
        assertThat(bench.received.nextClosed()).isSameAs(flow);
        assertThat(flow.isOpen()).isFalse();
    }

    /** From the trusted authority, and over. */
    private static Path expired(String names) {
        return TestKeys.expired(directory, "expired" + names.length() + ".p12", "expired", authority, names);
    }

    @Test
    void namesWhatTheCertificateIsForWhenItIsNotForThePeerMeant() throws Exception {
        SSLServerSocket listening = bench.listening(TestKeys.peer(trust, peer));
        BlockingQueue<IOException> failures = new LinkedBlockingQueue<>();

        started(ClientAuth.OFF).flowTo(address(listening), "a.test").send(Texts.request("secret"), failures::add);
        bench.accepted(listening).startHandshake();

        IOException failure = failures.poll(5, TimeUnit.SECONDS);
        assertThat(failure).hasMessageContaining("is for [b.test, c.test], not for a.test");
    }

    @Test
    @Rfc(value = 5922, section = "7.3")
    void usesAConnectionAgainForTheSameDomainOnly() throws Exception {
        SSLServerSocket listening = bench.listening(TestKeys.peer(trust, peer));
        StreamTransport transport = started(ClientAuth.OFF);

        Flow first = transport.flowTo(address(listening), "b.test");

        assertThat(transport.flowTo(address(listening), "B.TEST")).isSameAs(first);
        assertThat(transport.flowTo(address(listening), "c.test")).isNotSameAs(first);
        assertThat(transport.flowTo(address(listening))).isNotSameAs(first);
    }

    @Test
    void reachesAnAddressOnlyWhenTheCertificateNamesIt() throws Exception {
        SSLServerSocket good = bench.listening(TestKeys.peer(trust, server));
        SSLServerSocket wrong = bench.listening(TestKeys.peer(trust, peer));
        StreamTransport transport = started(ClientAuth.OFF);
        BlockingQueue<IOException> failures = new LinkedBlockingQueue<>();

        transport.flowTo(address(good)).send(Texts.request("in"), failures::add);
        SSLSocket accepted = bench.accepted(good);
        String text = read(accepted, Texts.options("in").length());
        transport.flowTo(address(wrong)).send(Texts.request("out"), failures::add);

        assertThat(text).isEqualTo(Texts.options("in"));
        assertThat(isClosed(bench.accepted(wrong))).isTrue();
        assertThat(failures.poll(5, TimeUnit.SECONDS)).hasMessageContaining("not for 127.0.0.1");
    }

    @Test
    @Rfc(value = 5923, section = "5")
    void sendsRequestsForADomainOnAConnectionWhoseMakerProvedAndOfferedIt() throws Exception {
        StreamTransport transport = started(ClientAuth.WANTED);
        SSLSocket client = bench.connected(transport, TestKeys.peer(trust, peer));

        write(client, Texts.options("SIP/2.0/TLS 127.0.0.1:5071;branch=z9hG4bK1;alias", "offer"));
        Flow accepted = bench.received.next().flow();

        InetSocketAddress sentBy = new InetSocketAddress(TlsBench.LOOPBACK, 5071);
        assertThat(transport.flowTo(sentBy, "b.test")).isSameAs(accepted);
        assertThat(transport.flowTo(sentBy, "c.test")).isSameAs(accepted);
        assertThat(transport.flowTo(sentBy, "a.test")).isNotSameAs(accepted);
        assertThat(transport.flowTo(new InetSocketAddress(TlsBench.LOOPBACK, 5072), "b.test"))
                .isNotSameAs(accepted);
        client.close();
        Flow closed = bench.received.nextClosed();
        while (closed != accepted) { // nobody listens where the others were to go
            closed = bench.received.nextClosed();
        }
        assertThat(transport.flowTo(sentBy, "b.test")).isNotSameAs(accepted);
    }

    @ParameterizedTest
    @CsvSource({"true, ''", "false, ;alias"})
    @Rfc(value = 5923, section = "5")
    void sendsNoRequestsForADomainOnAConnectionThatWasNotOfferedOrProvedNothing(boolean proves, String offer)
            throws Exception {
        StreamTransport transport = started(ClientAuth.WANTED);
        SSLSocket client = bench.connected(transport, proves ? TestKeys.peer(trust, peer) : TestKeys.peer(trust));

        write(client, Texts.options("SIP/2.0/TLS 127.0.0.1:5071;branch=z9hG4bK1" + offer, "offer"));
        Flow accepted = bench.received.next().flow();

        assertThat(transport.flowTo(new InetSocketAddress(TlsBench.LOOPBACK, 5071), "b.test"))
                .isNotSameAs(accepted);
        assertThat(transport.flowTo(accepted.peer(), "b.test")).isNotSameAs(accepted);
        assertThat(transport.flowTo(accepted.peer()))
                .as("to that address itself")
                .isSameAs(accepted);
    }

    @Test
    void knowsTheCertificateOfAClient() throws Exception {
        SSLSocket client = bench.connected(started(ClientAuth.REQUIRED), TestKeys.peer(trust, peer));

        write(client, Texts.options("in"));

        TlsPeer proven = bench.received.next().flow().tls().orElseThrow();
        assertThat(proven.certificates().get(0).getSubjectX500Principal().getName())
                .isEqualTo("CN=peer");
        assertThat(proven.domains()).containsExactly("b.test", "c.test");
        assertThat(proven.cipherSuite()).startsWith("TLS_");
    }

    @Test
    void refusesAClientWithoutTheCertificateItMustHave() throws Exception {
        SSLSocket client = bench.connected(started(ClientAuth.REQUIRED), TestKeys.peer(trust));

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
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesAClientWhoseCertificateIsExpiredOrUnknown(boolean expired) throws Exception {
        Path bad = expired ? expired("dns:b.test") : TestKeys.make(directory, "unknown.p12", "unknown", "dns:b.test");
        SSLSocket client = bench.connected(started(ClientAuth.WANTED), TestKeys.insisting(bad, 1));

        boolean refused;
        try {
            write(client, Texts.options("in"));
            refused = isClosed(client);
        } catch (SSLException | SocketException e) {
            refused = true;
        }

        assertThat(refused).isTrue();
        bench.received.nextClosed();
        assertThat(bench.received.isEmpty()).isTrue();
    }

    @Test
    void givesNewConnectionsANewCertificateAndLeavesTheOldOnesAlone() throws Exception {
        Path keys = Files.copy(server, directory.resolve("changing.p12"));
        Path next = TestKeys.make(directory, "next.p12", "next", "dns:server.test");
        TlsContext context = bench.context(options(keys, trust, ClientAuth.OFF));
        StreamTransport transport = bench.started(context, StreamOptions.DEFAULT);
        SSLContext client = TestKeys.peer(TestKeys.trust(directory, "both.pem", server, next));
        SSLSocket old = bench.connected(transport, client);
        write(old, Texts.options("before"));
        bench.received.next();

        change(keys, next, 1);
        context.refresh();
        String tooEarly = subject(bench.connected(transport, client));
        context.refresh();

        assertThat(tooEarly).as("before the file held still").isEqualTo("CN=server");
        assertThat(subject(bench.connected(transport, client))).isEqualTo("CN=next");
        write(old, Texts.options("after"));
        assertThat(bench.received.next().message().callId()).isEqualTo("after");
    }

    @Test
    void keepsItsCertificateWhenTheNewFileIsBroken() throws Exception {
        Path keys = Files.copy(server, directory.resolve("broken.p12"));
        TlsContext context = bench.context(options(keys, trust, ClientAuth.OFF));
        StreamTransport transport = bench.started(context, StreamOptions.DEFAULT);

        Files.writeString(keys, "half a file");
        context.refresh();
        context.refresh();

        assertThat(subject(bench.connected(transport, TestKeys.peer(trust)))).isEqualTo("CN=server");
    }

    @Test
    void showsTheCertificateOfTheNameAsked() throws Exception {
        Path both = TestKeys.make(directory, "two.p12", "one", "dns:one.test");
        TestKeys.make(directory, "two.p12", "two", "dns:two.test");
        Path known = TestKeys.trust(directory, "two.pem", both);
        StreamTransport transport =
                bench.started(bench.context(options(both, trust, ClientAuth.OFF)), StreamOptions.DEFAULT);

        assertThat(subjectFor("one.test", transport, known)).isEqualTo("CN=one");
        assertThat(subjectFor("two.test", transport, known)).isEqualTo("CN=two");
        assertThat(subjectFor("three.test", transport, known)).isIn("CN=one", "CN=two");
    }

    @Test
    void asksForTheDomainItMeans() throws Exception {
        Path both = TestKeys.make(directory, "names.p12", "one", "dns:one.test");
        TestKeys.make(directory, "names.p12", "two", "dns:two.test");
        Path known = TestKeys.trust(directory, "names.pem", both);
        StreamTransport far = bench.started(bench.context(options(both, known, ClientAuth.OFF)), StreamOptions.DEFAULT);
        StreamTransport near =
                bench.started(bench.context(options(server, known, ClientAuth.OFF)), StreamOptions.DEFAULT);

        near.flowTo(far.listener().bound(), "two.test").send(Texts.request("two"), failure -> {});
        near.flowTo(far.listener().bound(), "one.test").send(Texts.request("one"), failure -> {});

        assertThat(List.of(
                        bench.received.next().message().callId(),
                        bench.received.next().message().callId()))
                .containsExactlyInAnyOrder("one", "two");
    }

    private String subjectFor(String name, StreamTransport transport, Path known) throws IOException {
        SSLSocket socket = bench.connected(transport, TestKeys.peer(known)); // without the session of another name
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        socket.setSSLParameters(parameters);
        return subject(socket);
    }

    private static String subject(SSLSocket socket) throws IOException {
        socket.startHandshake();
        X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return shown.getSubjectX500Principal().getName();
    }

    /** Replaces a file by another, with a time of its own. */
    private static void change(Path file, Path by, int seconds) throws IOException {
        Path copy = Files.copy(by, file.resolveSibling(file.getFileName() + ".new"));
        Files.setLastModifiedTime(copy, FileTime.from(Instant.now().plusSeconds(seconds)));
        Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
