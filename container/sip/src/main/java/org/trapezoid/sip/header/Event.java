// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.header;

import java.util.Optional;
import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * An Event value, RFC 6665 §8.2.1: a package, with templates, and the id that tells two subscriptions of one dialog apart.
 * Immutable; other parameters are the package's business. Packages are compared byte by byte (§7.1).
 */
public record Event(String type, Optional<String> id) {

    /** The package of the subscription that a REFER makes, RFC 3515 §2.4.4. */
    public static final String REFER = "refer";

    public Event {
        if (!Grammar.isToken(type)) {
            throw new SyntaxException("event type must be a token");
        }
    }

    public static Event parse(String text) {
        byte[] b = Grammar.bytes(text);
        int start = Grammar.skipLws(b, 0, b.length);
        int end = Grammar.token(b, start, b.length, "event type");
        Parameters.checkHeader(b, end, b.length);
        return new Event(Grammar.text(b, start, end), Parameters.headerValue(b, end, b.length, "id"));
    }

    @Override
    public String toString() {
        return id.map(value -> type + ";id=" + value).orElse(type);
    }
}
