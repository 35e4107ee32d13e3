// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import jakarta.servlet.sip.SipServletMessage;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Reads header fields that are lists of tokens, as Require and Supported are. */
public final class Tokens {

    private Tokens() {}

    /** The tokens of all fields of that name. */
    public static List<String> of(SipServletMessage message, String name) {
        List<String> tokens = new ArrayList<>();
        for (Iterator<String> values = message.getHeaders(name); values.hasNext(); ) {
            String value = values.next();
            int from = 0;
            while (from <= value.length()) {
                int comma = value.indexOf(',', from);
                int to = comma < 0 ? value.length() : comma;
                String token = value.substring(from, to).strip();
                if (!token.isEmpty()) {
                    tokens.add(token);
                }
                from = to + 1;
            }
        }
        return tokens;
    }

    /** Whether a token is there, in upper or lower case. */
    public static boolean has(SipServletMessage message, String name, String token) {
        for (String each : of(message, name)) {
            if (each.equalsIgnoreCase(token)) {
                return true;
            }
        }
        return false;
    }
}
