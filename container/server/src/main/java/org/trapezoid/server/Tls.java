// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.nio.file.Path;
import java.util.Optional;
import org.trapezoid.sip.tls.KeyMaterialException;
import org.trapezoid.sip.tls.KeySource;

/**
 * Who this server is on a TLS port: a key store, or PEM files. The files are read again when they change. Immutable.
 *
 * <pre>{@code
 * Tls.keyStore(Path.of("conf/server.p12"), password)
 * Tls.certificate(Path.of("fullchain.pem"), Path.of("privkey.pem")).clientAuth(Tls.ClientAuth.WANTED)
 * }</pre>
 *
 * @param file a PKCS12 or JKS key store, or with {@code key} a PEM file of the certificate and those that vouch for it
 * @param password of the key store and its keys; empty for PEM
 * @param key a PEM file of the unencrypted private key; empty: {@code file} is a key store
 * @param clientAuth whether those who connect are asked for a certificate
 */
public record Tls(Path file, String password, Optional<Path> key, ClientAuth clientAuth) {

    /** Whether those who connect are asked for a certificate. */
    public enum ClientAuth {
        /** They are not. */
        OFF,
        /** They are; who has none is served all the same, who has a bad one is not. */
        WANTED,
        /** They are, and who has none is not served. */
        REQUIRED
    }

    /** Keys from a PKCS12 or JKS key store; several are chosen from by the name a client asks for. */
    public static Tls keyStore(Path file, String password) {
        return new Tls(file, password, Optional.empty(), ClientAuth.OFF);
    }

    /** A key from PEM files. */
    public static Tls certificate(Path certificate, Path key) {
        return new Tls(certificate, "", Optional.of(key), ClientAuth.OFF);
    }

    /** The same, and those who connect are asked for a certificate. */
    public Tls clientAuth(ClientAuth asked) {
        return new Tls(file, password, key, asked);
    }

    KeySource source() {
        return new KeySource(file, password, key);
    }

    /** Reads the files; IllegalArgumentException says what is wrong with them. */
    void check() {
        try {
            source().load();
        } catch (KeyMaterialException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "Tls[" + file + key.map(with -> ", " + with).orElse("") + ", client-auth " + clientAuth + "]";
    }
}
