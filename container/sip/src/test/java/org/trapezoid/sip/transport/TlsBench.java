// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.testing.TestKeys;
import org.trapezoid.sip.tls.ClientAuth;
import org.trapezoid.sip.tls.KeySource;
import org.trapezoid.sip.tls.TlsContext;
import org.trapezoid.sip.tls.TlsOptions;
import org.trapezoid.sip.tls.TrustSource;

/** TLS listeners on free ports, and the JDK's own TLS as their peers. Used by one test. */
final class TlsBench implements AutoCloseable {
    static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    final Received received = new Received();
    private final SocketThreads threads = new SocketThreads();
    private final StreamSelectors selectors = new StreamSelectors(1, Duration.ofMillis(500), Duration.ofMillis(20));
    private final List<AutoCloseable> open = new ArrayList<>();

    static TlsOptions options(Path keys, Path trust, ClientAuth clientAuth) {
        return new TlsOptions(KeySource.store(keys, TestKeys.PASSWORD), TrustSource.of(trust, ""), clientAuth);
    }

    TlsContext context(TlsOptions options) throws IOException {
        TlsContext context = new TlsContext(options);
        open.add(context);
        return context;
    }

    StreamTransport started(TlsContext context, StreamOptions options) throws IOException {
        Binding loopback = Binding.of(new InetSocketAddress(LOOPBACK, 0));
        MessageParser parser = new MessageParser(Limits.DEFAULT);
        StreamTransport transport =
                new StreamTransport(context, loopback, options, selectors, parser, Limits.DEFAULT, threads.stack());
        open.add(transport);
        transport.start(received);
        return transport;
    }

    /** A plain connection to the listener. */
    Socket plain(StreamTransport transport) throws IOException {
        Socket socket = new Socket(LOOPBACK, transport.listener().bound().getPort());
        open.add(socket);
        socket.setSoTimeout(5000);
        return socket;
    }

    /** A connection to the listener, its handshake still to come. */
    SSLSocket connected(StreamTransport transport, SSLContext peer) throws IOException {
        SSLSocket socket = (SSLSocket) peer.getSocketFactory()
                .createSocket(LOOPBACK, transport.listener().bound().getPort());
        open.add(socket);
        socket.setSoTimeout(5000);
        return socket;
    }

    SSLServerSocket listening(SSLContext peer) throws IOException {
        SSLServerSocket server = (SSLServerSocket) peer.getServerSocketFactory().createServerSocket(0, 50, LOOPBACK);
        open.add(server);
        server.setSoTimeout(5000);
        return server;
    }

    SSLSocket accepted(SSLServerSocket server) throws IOException {
        SSLSocket socket = (SSLSocket) server.accept();
        open.add(socket);
        socket.setSoTimeout(5000);
        return socket;
    }

    static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(Texts.bytes(text));
        socket.getOutputStream().flush();
    }

    static String read(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    /** Whether the other end gave up; what it says before is passed over. */
    static boolean isClosed(Socket socket) throws IOException {
        try {
            while (socket.getInputStream().read() >= 0) {}
            return true;
        } catch (SSLException | SocketException refused) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        Collections.reverse(open);
        for (AutoCloseable one : open) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IOException("not closed", e);
            }
        }
        selectors.close();
        threads.close();
    }
}
