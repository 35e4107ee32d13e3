// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.tls.TlsPeer;
import org.trapezoid.sip.transport.Flow;

/**
 * What a message tells of the TLS connection it came over, by the attribute names of Jakarta Servlet: {@code X509Certificate},
 * {@code cipher_suite} and {@code key_size} after {@code jakarta.servlet.request.} or {@code jakarta.servlet.response.}.
 * Stateless.
 */
final class TlsAttributes {
    private static final String REQUEST = "jakarta.servlet.request.";
    private static final String RESPONSE = "jakarta.servlet.response.";
    private static final String CERTIFICATES = "X509Certificate";
    private static final String CIPHER_SUITE = "cipher_suite";
    private static final String KEY_SIZE = "key_size";
    private static final int STRONG = 256;
    private static final int USUAL = 128;

    private TlsAttributes() {}

    /** Null for any other attribute, and when the connection tells nothing of it. */
    static @Nullable Object get(String name, boolean request, Optional<Flow> flow) {
        String prefix = request ? REQUEST : RESPONSE;
        if (flow.isEmpty() || !name.startsWith(prefix)) {
            return null;
        }
        Optional<TlsPeer> tls = flow.get().tls();
        return tls.isEmpty() ? null : value(name.substring(prefix.length()), tls.get());
    }

    /** The given names, and those that the connection adds. */
    static Set<String> names(Set<String> own, boolean request, Optional<Flow> flow) {
        Optional<TlsPeer> tls = flow.flatMap(Flow::tls);
        if (tls.isEmpty()) {
            return own;
        }
        Set<String> all = new LinkedHashSet<>(own);
        for (String name : new String[] {CERTIFICATES, CIPHER_SUITE, KEY_SIZE}) {
            if (value(name, tls.get()) != null) {
                all.add((request ? REQUEST : RESPONSE) + name);
            }
        }
        return Set.copyOf(all);
    }

    private static @Nullable Object value(String name, TlsPeer tls) {
        return switch (name) {
            case CERTIFICATES ->
                tls.certificates().isEmpty() ? null : tls.certificates().toArray(X509Certificate[]::new);
            case CIPHER_SUITE -> tls.cipherSuite();
            case KEY_SIZE -> keySize(tls.cipherSuite());
            default -> null;
        };
    }

    private static @Nullable Integer keySize(String cipherSuite) {
        if (cipherSuite.contains("AES_256") || cipherSuite.contains("CHACHA20")) {
            return STRONG;
        }
        return cipherSuite.contains("AES_128") ? USUAL : null;
    }
}
