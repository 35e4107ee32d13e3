// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 (RFC 2104) under one key: by it we know again what we have put into messages. Thread-safe. */
public final class Hmac {
    private static final String ALGORITHM = "HmacSHA256";

    private final Mac prototype;

    /**
     * @param key secret bytes, at least one
     * @throws IllegalStateException if the Java runtime lacks the algorithm
     */
    public Hmac(byte[] key) {
        try {
            prototype = Mac.getInstance(ALGORITHM);
            prototype.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime lacks " + ALGORITHM + "; the server needs it", e);
        }
    }

    /** The 32 bytes for these. */
    public byte[] of(byte[] bytes) {
        return of(bytes, bytes.length);
    }

    /** The 32 bytes for the first ones of these. */
    public byte[] of(byte[] bytes, int length) {
        try {
            Mac mac = (Mac) prototype.clone(); // without a search for the provider, and without the key schedule
            mac.update(bytes, 0, length);
            return mac.doFinal();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the Java runtime's " + ALGORITHM + " cannot be copied", e);
        }
    }
}
