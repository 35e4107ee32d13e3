// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.testing.TestKeys;

class KeySourceTest {
    @TempDir
    static Path directory;

    static Path store;

    @BeforeAll
    static void makeKeys() {
        store = TestKeys.make(directory, "server.p12", "server", "dns:server.test");
    }

    @Test
    void readsAKeyStoreOfEitherType() throws Exception {
        KeyStore jks = KeyStore.getInstance("JKS");
        char[] password = TestKeys.PASSWORD.toCharArray();
        KeyStore keys = KeySource.store(store, TestKeys.PASSWORD).load();
        jks.load(null, null);
        jks.setKeyEntry("a", keys.getKey("server", password), password, keys.getCertificateChain("server"));
        Path old = directory.resolve("server.jks");
        try (var out = Files.newOutputStream(old)) {
            jks.store(out, password);
        }

        assertThat(keys.isKeyEntry("server")).isTrue();
        assertThat(KeySource.store(old, TestKeys.PASSWORD).load().isKeyEntry("a"))
                .isTrue();
    }

    @Test
    void readsPemFiles() throws Exception {
        Path certificate = TestKeys.trust(directory, "server.crt", store);
        Path key = TestKeys.key(directory, "server.key", store);

        KeyStore keys = KeySource.pem(certificate, key).load();

        assertThat(keys.getKey("key", new char[0]).getAlgorithm()).isEqualTo("EC");
        assertThat(keys.getCertificateChain("key")).hasSize(1);
    }

    @Test
    void saysWhatIsWrongWithAKeyStore() throws IOException {
        Path text = Files.writeString(directory.resolve("text.p12"), "not a key store");
        Path certificates = TestKeys.trust(directory, "only.pem", store);

        assertThatThrownBy(() ->
                        KeySource.store(directory.resolve("none.p12"), "x").load())
                .isInstanceOf(KeyMaterialException.class)
                .hasMessageEndingWith("none.p12: no such file");
        assertThatThrownBy(() -> KeySource.store(store, "wrong").load()).hasMessageEndingWith("wrong password");
        assertThatThrownBy(() -> KeySource.store(text, "x").load())
                .hasMessageContaining("not a key store; expected PKCS12 or JKS");
        assertThatThrownBy(() -> KeySource.store(certificates, "x").load())
                .hasMessageContaining("not a key store; expected PKCS12 or JKS");
    }

    @Test
    void demandsAPrivateKey() throws Exception {
        KeyStore certificates = KeyStore.getInstance("PKCS12");
        certificates.load(null, null);
        certificates.setCertificateEntry(
                "a", KeySource.store(store, TestKeys.PASSWORD).load().getCertificate("server"));
        Path file = directory.resolve("certificates.p12");
        try (var out = Files.newOutputStream(file)) {
            certificates.store(out, TestKeys.PASSWORD.toCharArray());
        }

        assertThatThrownBy(() -> KeySource.store(file, TestKeys.PASSWORD).load())
                .hasMessageEndingWith("certificates.p12: has no private key; expected one with its certificate");
    }

    @Test
    void saysWhatIsWrongWithPemFiles() throws IOException {
        Path other = TestKeys.make(directory, "other.p12", "other", "dns:other.test");
        Path certificate = TestKeys.trust(directory, "a.crt", store);
        Path otherKey = TestKeys.key(directory, "b.key", other);
        Path old = Files.writeString(
                directory.resolve("old.key"), "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");

        assertThatThrownBy(() -> KeySource.pem(certificate, otherKey).load())
                .hasMessageContaining("b.key: is not the key of the certificate in");
        assertThatThrownBy(() -> KeySource.pem(otherKey, otherKey).load())
                .hasMessageContaining("b.key: has no certificate");
        assertThatThrownBy(() -> KeySource.pem(certificate, certificate).load())
                .hasMessageContaining("a.crt: has no private key");
        assertThatThrownBy(() -> KeySource.pem(certificate, old).load())
                .hasMessageContaining("has an EC PRIVATE KEY; expected an unencrypted PRIVATE KEY");
    }

    @Test
    void readsTrustFromEitherKindOfFileAndFromTheRuntime() throws Exception {
        Path pem = TestKeys.trust(directory, "trust.pem", store);

        assertThat(TrustSource.of(pem, "").load().size()).isEqualTo(1);
        assertThat(TrustSource.of(store, TestKeys.PASSWORD).load().size()).isEqualTo(1);
        assertThat(TrustSource.RUNTIME.load().size()).isPositive();
        assertThatThrownBy(() -> TrustSource.of(directory.resolve("none"), "").load())
                .hasMessageEndingWith("none: no such file");
    }
}
