// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Certificates and keys in text, RFC 7468. Stateless. */
final class Pem {
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String RULE = "-----";
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    private static final byte[] PROBE = {1, 2, 3};

    private record Block(String label, String base64) {
        byte[] content(Path file) throws KeyMaterialException {
            try {
                return Base64.getMimeDecoder().decode(base64);
            } catch (IllegalArgumentException e) {
                throw new KeyMaterialException(file + ": is not in base 64", e);
            }
        }
    }

    private Pem() {}

    static boolean isPem(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1).contains(BEGIN);
    }

    /** Every certificate in the file, in its order; at least one. */
    static List<X509Certificate> certificates(Path file) throws KeyMaterialException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(file)) {
                if (block.label.equals("CERTIFICATE") || block.label.equals("X509 CERTIFICATE")) {
                    certificates.add((X509Certificate)
                            factory.generateCertificate(new ByteArrayInputStream(block.content(file))));
                }
            }
        } catch (CertificateException e) {
            throw new KeyMaterialException(file + ": holds a certificate that cannot be read: " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new KeyMaterialException(file + ": has no certificate; expected -----BEGIN CERTIFICATE-----");
        }
        return certificates;
    }

    /** The private key in the file. */
    static PrivateKey privateKey(Path file) throws KeyMaterialException {
        for (Block block : blocks(file)) {
            if (block.label.equals("PRIVATE KEY")) {
                return privateKey(file, block.content(file));
            }
            if (block.label.endsWith("PRIVATE KEY")) {
                throw new KeyMaterialException(file + ": has an " + block.label
                        + "; expected an unencrypted PRIVATE KEY, as openssl pkcs8 -topk8 -nocrypt makes it");
            }
        }
        throw new KeyMaterialException(file + ": has no private key; expected -----BEGIN PRIVATE KEY-----");
    }

    private static PrivateKey privateKey(Path file, byte[] content) throws KeyMaterialException {
        Optional<Exception> last = Optional.empty();
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(content));
            } catch (InvalidKeySpecException | NoSuchAlgorithmException another) {
                last = Optional.of(another);
            }
        }
        throw new KeyMaterialException(
                file + ": has a private key of an unknown kind; expected RSA, EC or EdDSA", last.orElseThrow());
    }

    private static List<Block> blocks(Path file) throws KeyMaterialException {
        List<Block> blocks = new ArrayList<>();
        String text = new String(read(file), StandardCharsets.ISO_8859_1);
        int begin = text.indexOf(BEGIN);
        while (begin >= 0) {
            int label = text.indexOf(RULE, begin + BEGIN.length());
            int end = label < 0 ? -1 : text.indexOf(END, label);
            if (end < 0) {
                throw new KeyMaterialException(file + ": ends within a block; expected -----END");
            }
            blocks.add(new Block(
                    text.substring(begin + BEGIN.length(), label), text.substring(label + RULE.length(), end)));
            begin = text.indexOf(BEGIN, end);
        }
        return blocks;
    }

    static byte[] read(Path file) throws KeyMaterialException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new KeyMaterialException(file + ": no such file", e);
        } catch (IOException e) {
            throw new KeyMaterialException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Whether the certificate is for this key: what one signs the other confirms. */
    static boolean belong(PrivateKey key, X509Certificate certificate) {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> key.getAlgorithm();
                };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
