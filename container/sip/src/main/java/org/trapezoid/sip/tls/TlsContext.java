// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys and authorities of one listener in use, TLS 1.2 and 1.3 alone (RFC 8996, RFC 9325). A certificate is chosen by the
 * name the peer asks for (SNI). Thread-safe; {@link #refresh} is called by one thread at a time.
 */
public final class TlsContext implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TlsContext.class);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /** Sizes and times of the files, by which a change shows. */
    private record Version(List<Long> values) {}

    private final TlsOptions options;
    private final SslContextFactory.Server server = new SslContextFactory.Server();
    private final SslContextFactory.Client client = new NameUnchecked();
    private Version taken;
    private Version seen;

    /** Reads the files. */
    public TlsContext(TlsOptions options) throws KeyMaterialException {
        this.options = options;
        taken = version();
        seen = taken;
        KeyStore keys = options.keys().load();
        KeyStore trust = options.trust().load();
        server.setNeedClientAuth(options.clientAuth() == ClientAuth.REQUIRED);
        server.setWantClientAuth(options.clientAuth() == ClientAuth.WANTED);
        start(server, keys, trust);
        start(client, keys, trust);
        tell(keys);
    }

    private void start(SslContextFactory factory, KeyStore keys, KeyStore trust) throws KeyMaterialException {
        factory.setIncludeProtocols(PROTOCOLS);
        factory.setRenegotiationAllowed(false);
        set(factory, keys, trust);
        try {
            factory.start();
        } catch (Exception e) {
            throw new KeyMaterialException(options.keys().file() + ": cannot be used: " + e.getMessage(), e);
        }
    }

    private void set(SslContextFactory factory, KeyStore keys, KeyStore trust) {
        factory.setKeyStore(keys);
        factory.setKeyStorePassword(options.keys().password());
        factory.setKeyManagerPassword(options.keys().password());
        factory.setTrustStore(trust);
    }

    /** For other users of the same keys, such as an HTTPS port; it stays the same when they change. */
    public SslContextFactory.Server server() {
        return server;
    }

    /** For connections to peers. */
    public SslContextFactory.Client client() {
        return client;
    }

    /** For a connection that a peer made. */
    public SSLEngine accepting() {
        SSLEngine engine = server.newSSLEngine();
        engine.setUseClientMode(false);
        return engine;
    }

    /**
     * For a connection to a peer; it checks the peer's certificate, not its name.
     *
     * @param domain asked for with SNI; empty: none is
     */
    public SSLEngine connecting(String domain, String host, int port) {
        SSLEngine engine = client.newSSLEngine(domain.isEmpty() ? host : domain, port);
        engine.setUseClientMode(true);
        if (!domain.isEmpty()) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(domain)));
            engine.setSSLParameters(parameters);
        }
        return engine;
    }

    /**
     * Takes keys and authorities that have changed, once their files held still from one call to the next: new connections
     * get them, those that are there go on. What cannot be used is not taken.
     */
    public void refresh() {
        Version now = version();
        boolean still = now.equals(seen);
        seen = now;
        if (!still || now.equals(taken)) {
            return;
        }
        taken = now; // a bad one is told once
        try {
            KeyStore keys = options.keys().load();
            KeyStore trust = options.trust().load();
            server.reload(factory -> set(factory, keys, trust));
            client.reload(factory -> set(factory, keys, trust));
            tell(keys);
        } catch (Exception e) {
            log.warn("not taken, the certificate in use stays: {}", e.getMessage());
        }
    }

    private void tell(KeyStore keys) {
        Optional<X509Certificate> certificate = KeySource.certificate(keys);
        certificate.ifPresent(own -> log.info(
                "{}: certificate for {}, until {}",
                options.keys().file(),
                CertificateNames.domains(own),
                own.getNotAfter().toInstant()));
    }

    private Version version() {
        List<Path> files = new ArrayList<>(options.keys().files());
        files.addAll(options.trust().files());
        List<Long> values = new ArrayList<>();
        for (Path file : files) {
            try {
                values.add(Files.size(file));
                Instant modified = Files.getLastModifiedTime(file).toInstant();
                values.add(modified.getEpochSecond());
                values.add((long) modified.getNano());
            } catch (IOException absent) {
                values.add(-1L);
            }
        }
        return new Version(values);
    }

    @Override
    public void close() {
        LifeCycle.stop(server);
        LifeCycle.stop(client);
    }

    /** The name is checked by the rules of SIP, RFC 5922, which are not those of HTTPS. */
    private static final class NameUnchecked extends SslContextFactory.Client {
        NameUnchecked() {
            super(false);
            setEndpointIdentificationAlgorithm(null);
        }

        @Override
        protected void checkEndPointIdentificationAlgorithm() {}
    }
}
