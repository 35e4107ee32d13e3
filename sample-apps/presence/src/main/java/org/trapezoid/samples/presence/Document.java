// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.presence;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What watchers are told. Immutable.
 *
 * @param text the body
 * @param tag the same for the same text (RFC 5839), also after a restart
 */
record Document(String text, String tag) {

    private static final int TAG_BYTES = 12;

    static Document of(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return new Document(text, HexFormat.of().formatHex(hash, 0, TAG_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
