// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.header;

import java.util.Optional;
import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SyntaxException;

/** A Session-Expires value: how long a session lives without a refresh, and whose duty that is, RFC 4028 §4. Immutable. */
public record SessionExpires(long seconds, Optional<Refresher> refresher) {

    /** Nobody may demand less, RFC 4028 §5. */
    public static final long LEAST = 90;

    private static final long MAX = 0xFFFF_FFFFL;

    /** By their roles in the request that carries the header field. */
    public enum Refresher {
        UAC("uac"),
        UAS("uas");

        private final String token;

        Refresher(String token) {
            this.token = token;
        }
    }

    /** Empty for what cannot be understood. A Min-SE value (§5) reads the same. */
    public static Optional<SessionExpires> parse(String text) {
        try {
            int semicolon = text.indexOf(';');
            String digits = (semicolon < 0 ? text : text.substring(0, semicolon)).strip();
            byte[] b = Grammar.bytes(digits);
            long seconds = Grammar.number(b, 0, b.length, MAX, "delta-seconds");
            return Optional.of(
                    new SessionExpires(seconds, semicolon < 0 ? Optional.empty() : refresher(text, semicolon)));
        } catch (SyntaxException e) {
            return Optional.empty();
        }
    }

    private static Optional<Refresher> refresher(String text, int semicolon) {
        String value =
                Parameters.parse(text.substring(semicolon)).value("refresher").orElse("");
        for (Refresher each : Refresher.values()) {
            if (each.token.equalsIgnoreCase(value)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return refresher.map(who -> seconds + ";refresher=" + who.token).orElseGet(() -> Long.toString(seconds));
    }
}
