// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;

/**
 * The Session-ID of one session, RFC 7989: a UUID of each end of the call, the same on all legs of a back-to-back user agent. In
 * the core section.
 */
final class SessionIdentifier {

    /** Of an end that is not known yet. */
    static final String NIL = "0".repeat(32);

    private final RandomGenerator random;
    private String own = "";
    private String peer = NIL;

    SessionIdentifier(RandomGenerator random) {
        this.random = random;
    }

    void write(FieldWriter out) {
        out.text(1, own).text(2, peer);
    }

    void read(FieldReader in) {
        own = in.requiredText(1);
        peer = in.requiredText(2);
    }

    /** What a message of the peer says about itself. */
    void received(Message message) {
        message.headers()
                .first(HeaderName.SESSION_ID)
                .flatMap(SessionIdentifier::uuid)
                .ifPresent(value -> peer = value);
    }

    private static Optional<String> uuid(String value) {
        int semicolon = value.indexOf(';');
        String text =
                (semicolon < 0 ? value : value.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
        boolean valid = text.length() == NIL.length();
        for (int i = 0; i < text.length() && valid; i++) {
            valid = Character.digit(text.charAt(i), 16) >= 0;
        }
        return valid ? Optional.of(text) : Optional.empty();
    }

    /** A session derived from the same request has the same end here. */
    void derivedFrom(SessionIdentifier root) {
        if (own.isEmpty()) {
            own = root.own;
        }
    }

    /** The header field value of a message of ours; the end behind the linked session is the one that counts (§7). */
    String value(Optional<SessionIdentifier> linked) {
        return (linked.isPresent() ? linked.get().peer : own()) + ";remote=" + peer;
    }

    private String own() {
        if (own.isEmpty()) {
            own = randomUuid(random.nextLong(), random.nextLong());
        }
        return own;
    }

    /** Version 4, without hyphens (§4.1). */
    private static String randomUuid(long high, long low) {
        UUID uuid = new UUID((high & ~0xF000L) | 0x4000L, (low & ~(3L << 62)) | (1L << 63));
        return uuid.toString().replace("-", "");
    }
}
