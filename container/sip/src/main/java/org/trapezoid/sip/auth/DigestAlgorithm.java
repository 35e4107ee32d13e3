// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The hash algorithms of digest authentication, RFC 7616 §6.1 and RFC 8760 §2.1. */
public enum DigestAlgorithm {
    MD5("MD5", "MD5", false),
    MD5_SESS("MD5-sess", "MD5", true),
    SHA_256("SHA-256", "SHA-256", false),
    SHA_256_SESS("SHA-256-sess", "SHA-256", true),
    SHA_512_256("SHA-512-256", "SHA-512/256", false),
    SHA_512_256_SESS("SHA-512-256-sess", "SHA-512/256", true);

    private final String token;
    private final String hash;
    private final boolean session;

    DigestAlgorithm(String token, String hash, boolean session) {
        this.token = token;
        this.hash = hash;
        this.session = session;
    }

    public String token() {
        return token;
    }

    /** Whether A1 contains nonce and cnonce, RFC 7616 §3.4.2. */
    public boolean isSession() {
        return session;
    }

    /** The one whose secrets it shares, RFC 7616 §3.4.2. */
    public DigestAlgorithm plain() {
        return switch (this) {
            case MD5, MD5_SESS -> MD5;
            case SHA_256, SHA_256_SESS -> SHA_256;
            case SHA_512_256, SHA_512_256_SESS -> SHA_512_256;
        };
    }

    public static Optional<DigestAlgorithm> of(String token) {
        for (DigestAlgorithm algorithm : values()) {
            if (algorithm.token.equalsIgnoreCase(token)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** What is stored in place of a password: H(username ":" realm ":" password), the same with and without {@code -sess}. */
    public String ha1(String username, String realm, String password) {
        return hash(username + ':' + realm + ':' + password);
    }

    /** The hashed user name, RFC 7616 §3.4.4. */
    public String userhash(String username, String realm) {
        return hash(username + ':' + realm);
    }

    String hash(String text) {
        return hash(text.getBytes(StandardCharsets.UTF_8));
    }

    String hash(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    private MessageDigest digest() {
        try {
            return MessageDigest.getInstance(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks " + hash + "; digest authentication needs it", e);
        }
    }
}
