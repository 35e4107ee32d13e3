// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Which authorities are trusted: those of a PKCS12 or JKS store or of a PEM file; without a file those of the Java runtime.
 * Immutable.
 */
public record TrustSource(Optional<Path> file, String password) {
    /** The authorities that the Java runtime trusts. */
    public static final TrustSource RUNTIME = new TrustSource(Optional.empty(), "");

    /** The authorities in a file; the password of a PEM file is empty. */
    public static TrustSource of(Path file, String password) {
        return new TrustSource(Optional.of(file), password);
    }

    /** Reads and checks it: at least one certificate. */
    public KeyStore load() throws KeyMaterialException {
        if (file.isEmpty()) {
            return runtime();
        }
        Path path = file.get();
        KeyStore store = Pem.isPem(Pem.read(path)) ? storeOf(Pem.certificates(path)) : KeySource.open(path, password);
        try {
            if (store.size() == 0) {
                throw new KeyMaterialException(path + ": has no trusted certificate; expected one at least");
            }
            return store;
        } catch (KeyStoreException e) {
            throw new KeyMaterialException(path + ": cannot be used: " + e.getMessage(), e);
        }
    }

    List<Path> files() {
        return file.map(List::of).orElse(List.of());
    }

    private static KeyStore runtime() throws KeyMaterialException {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager trusted) {
                    return storeOf(List.of(trusted.getAcceptedIssuers()));
                }
            }
            return storeOf(List.of());
        } catch (GeneralSecurityException e) {
            throw new KeyMaterialException("the authorities of the Java runtime cannot be read: " + e.getMessage(), e);
        }
    }

    private static KeyStore storeOf(List<X509Certificate> authorities) throws KeyMaterialException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("authority" + i, authorities.get(i));
            }
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new KeyMaterialException("cannot keep certificates: " + e.getMessage(), e);
        }
    }
}
