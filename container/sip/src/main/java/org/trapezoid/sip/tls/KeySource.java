// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Where private keys and their certificates come from: a PKCS12 or JKS key store, or with {@code key} a PEM file of the
 * certificate and its chain and another of the key. Immutable.
 *
 * @param file the key store, or the certificates
 * @param password of the key store and the keys in it; empty for PEM
 * @param key the private key, if the files are PEM; may be the same file
 */
public record KeySource(Path file, String password, Optional<Path> key) {
    private static final String ENTRY = "key";

    /** A PKCS12 or JKS key store. */
    public static KeySource store(Path file, String password) {
        return new KeySource(file, password, Optional.empty());
    }

    /** PEM: a certificate with its chain, and its key. */
    public static KeySource pem(Path certificates, Path key) {
        return new KeySource(certificates, "", Optional.of(key));
    }

    /** Reads and checks it: a key store with at least one private key that its password opens. */
    public KeyStore load() throws KeyMaterialException {
        return key.isPresent() ? loadPem(key.get()) : loadStore();
    }

    List<Path> files() {
        return key.isPresent() ? List.of(file, key.get()) : List.of(file);
    }

    /** The first private key's own certificate, for logs. */
    static Optional<X509Certificate> certificate(KeyStore store) {
        try {
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias) && store.getCertificate(alias) instanceof X509Certificate certificate) {
                    return Optional.of(certificate);
                }
            }
        } catch (KeyStoreException e) {
            throw new IllegalStateException("a key store that was loaded is not", e);
        }
        return Optional.empty();
    }

    private KeyStore loadStore() throws KeyMaterialException {
        KeyStore store = open(file, password);
        try {
            boolean found = false;
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    store.getKey(alias, password.toCharArray());
                    found |= store.getCertificate(alias) != null;
                }
            }
            if (!found) {
                throw new KeyMaterialException(file + ": has no private key; expected one with its certificate");
            }
            return store;
        } catch (UnrecoverableKeyException e) {
            throw new KeyMaterialException(file + ": a key has another password than the key store", e);
        } catch (KeyStoreException | NoSuchAlgorithmException e) {
            throw new KeyMaterialException(file + ": cannot be used: " + e.getMessage(), e);
        }
    }

    /** A store of either type; the password proves that it is whole. */
    static KeyStore open(Path file, String password) throws KeyMaterialException {
        if (!Files.exists(file)) {
            throw new KeyMaterialException(file + ": no such file");
        }
        try {
            return KeyStore.getInstance(file.toFile(), password.toCharArray());
        } catch (IOException e) {
            throw e.getCause() instanceof UnrecoverableKeyException
                    ? new KeyMaterialException(file + ": wrong password", e)
                    : new KeyMaterialException(file + ": cannot be read: " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new KeyMaterialException(file + ": not a key store; expected PKCS12 or JKS", e);
        }
    }

    private KeyStore loadPem(Path keyFile) throws KeyMaterialException {
        List<X509Certificate> chain = Pem.certificates(file);
        PrivateKey privateKey = Pem.privateKey(keyFile);
        if (!Pem.belong(privateKey, chain.get(0))) {
            throw new KeyMaterialException(
                    keyFile + ": is not the key of the certificate in " + file + "; its own certificate comes first");
        }
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(ENTRY, privateKey, password.toCharArray(), chain.toArray(Certificate[]::new));
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new KeyMaterialException(file + ": cannot be used: " + e.getMessage(), e);
        }
    }
}
