// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Keys and certificates for tests. Stateless. */
public final class TestKeys {
    public static final String PASSWORD = "changeit";

    private TestKeys() {}

    /**
     * A PKCS12 key store with a new key and a certificate of its own signature; one more key when the file is there already.
     *
     * @param names its subjectAltName: {@code dns:a.test,uri:sip:a.test,ip:127.0.0.1}; empty: it has none
     */
    public static Path make(Path directory, String file, String commonName, String names) {
        return write(directory.resolve(file), commonName, names, false, Optional.empty(), laterThisMonth());
    }

    /** The same that may sign for others. */
    public static Path authority(Path directory, String file, String commonName) {
        return write(directory.resolve(file), commonName, "", true, Optional.empty(), laterThisMonth());
    }

    /** A PKCS12 key store with a new key, its certificate signed by an authority. */
    public static Path signed(Path directory, String file, String commonName, Path by, String names) {
        return write(directory.resolve(file), commonName, names, false, Optional.of(by), laterThisMonth());
    }

    /** The same, and the certificate was good until yesterday. */
    public static Path expired(Path directory, String file, String commonName, Path by, String names) {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        return write(directory.resolve(file), commonName, names, false, Optional.of(by), yesterday);
    }

    private static Instant laterThisMonth() {
        return Instant.now().plus(Duration.ofDays(20));
    }

    private static Path write(
            Path file, String commonName, String names, boolean authority, Optional<Path> by, Instant until) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            KeyPair pair = generator.generateKeyPair();
            PrivateKey signing = pair.getPrivate();
            X500Principal issuer = new X500Principal("CN=" + commonName);
            List<Certificate> chain = new ArrayList<>();
            if (by.isPresent()) {
                KeyStore store = load(by.get());
                String alias = aliases(by.get()).get(0);
                signing = (PrivateKey) store.getKey(alias, PASSWORD.toCharArray());
                chain.addAll(List.of(store.getCertificateChain(alias)));
                issuer = ((X509Certificate) chain.get(0)).getSubjectX500Principal();
            }
            chain.add(0, TestCertificate.of(commonName, pair.getPublic(), names, authority, until, issuer, signing));
            KeyStore keys = Files.exists(file) ? load(file) : KeyStore.getInstance("PKCS12");
            if (!Files.exists(file)) {
                keys.load(null, null);
            }
            keys.setKeyEntry(commonName, pair.getPrivate(), PASSWORD.toCharArray(), chain.toArray(Certificate[]::new));
            try (OutputStream out = Files.newOutputStream(file)) {
                keys.store(out, PASSWORD.toCharArray());
            }
            return file;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> aliases(Path store) {
        try {
            return Collections.list(load(store).aliases());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A PEM file of the certificates of these stores: what one who trusts them needs. */
    public static Path trust(Path directory, String file, Path... stores) {
        StringBuilder pem = new StringBuilder();
        try {
            for (Path path : stores) {
                KeyStore store = load(path);
                for (String alias : Collections.list(store.aliases())) {
                    Certificate certificate = store.getCertificate(alias);
                    pem.append(block("CERTIFICATE", certificate.getEncoded()));
                }
            }
            return Files.writeString(directory.resolve(file), pem);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A PEM file of the first key of a store. */
    public static Path key(Path directory, String file, Path of) {
        return key(directory, file, of, aliases(of).get(0));
    }

    /** A PEM file of a key and its certificate. */
    public static Path pem(Path directory, String file, Path of, String alias) {
        try {
            Path pem = key(directory, file, of, alias);
            byte[] certificate = load(of).getCertificate(alias).getEncoded();
            return Files.writeString(pem, block("CERTIFICATE", certificate), StandardOpenOption.APPEND);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path key(Path directory, String file, Path of, String alias) {
        try {
            KeyStore store = load(of);
            Key key = store.getKey(alias, PASSWORD.toCharArray());
            return Files.writeString(directory.resolve(file), block("PRIVATE KEY", key.getEncoded()));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For a peer that has no key and trusts what the PEM file holds. */
    public static SSLContext peer(Path trust) {
        return context(trust, null);
    }

    /** For a peer with a key. */
    public static SSLContext peer(Path trust, Path keys) {
        return context(trust, keys);
    }

    /**
     * For a peer that shows the certificate of its first key even if its issuer is not wanted, so many times in a chain, and
     * that trusts everybody.
     */
    public static SSLContext insisting(Path keys, int times) {
        try {
            KeyStore store = load(keys);
            String alias = aliases(keys).stream()
                    .filter(each -> isKey(store, each))
                    .findFirst()
                    .orElseThrow();
            PrivateKey key = (PrivateKey) store.getKey(alias, PASSWORD.toCharArray());
            X509Certificate certificate = (X509Certificate) store.getCertificate(alias);
            SSLContext context = SSLContext.getInstance("TLS");
            KeyManager insisting = new InsistingKeyManager(key, Collections.nCopies(times, certificate));
            context.init(new KeyManager[] {insisting}, new TrustManager[] {new Credulous()}, null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isKey(KeyStore store, String alias) {
        try {
            return store.isKeyEntry(alias);
        } catch (KeyStoreException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Credulous implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static SSLContext context(Path trust, @Nullable Path keys) {
        try {
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            int count = 0;
            for (Certificate each : certificates(trust)) {
                anchors.setCertificateEntry("anchor" + count++, each);
            }
            TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(anchors);
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys == null ? null : load(keys), PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Iterable<? extends Certificate> certificates(Path pem) throws IOException, GeneralSecurityException {
        try (var in = Files.newInputStream(pem)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
    }

    private static KeyStore load(Path store) throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    }

    private static String block(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                + label + "-----\n";
    }
}
