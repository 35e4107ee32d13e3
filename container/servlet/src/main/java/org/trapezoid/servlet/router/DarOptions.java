// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * Which requests an entry of a DAR file is for; all must hold. Immutable.
 *
 * @param host of the Request-URI, in lower case: the whole of it, its start ({@code redirect.}) or its end ({@code
 *     .example.com}); empty for any
 */
record DarOptions(Direction direction, String host, List<Condition> conditions) {
    static final DarOptions NONE = new DarOptions(Direction.ANY, "", List.of());

    private static final String HOST = "HOST=";
    private static final String REGEX = "REGEX={";

    DarOptions {
        conditions = List.copyOf(conditions);
    }

    /** Which requests an entry is for, by where they come from. */
    enum Direction {
        ANY,
        INBOUND,
        OUTBOUND;

        boolean accepts(Origin origin) {
            return switch (this) {
                case ANY -> true;
                case INBOUND -> !origin.isInternal();
                case OUTBOUND -> origin.isInternal();
            };
        }
    }

    boolean accept(Request request, Origin origin) {
        return direction.accepts(origin)
                && (host.isEmpty() || (request.uri() instanceof SipUri uri && matches(uri.host())))
                && (conditions.isEmpty() || holdAll(request));
    }

    private boolean holdAll(Request request) {
        for (Condition condition : conditions) {
            if (!condition.accepts(request)) {
                return false;
            }
        }
        return true;
    }

    private boolean matches(String actual) {
        int rest = actual.length() - host.length();
        if (host.endsWith(".")) {
            return rest > 0 && actual.regionMatches(true, 0, host, 0, host.length());
        }
        return host.startsWith(".")
                ? rest > 0 && actual.regionMatches(true, rest, host, 0, host.length())
                : actual.equalsIgnoreCase(host);
    }

    // ---- reading

    /** Options separated by blanks; a {@code REGEX={…}} may contain blanks itself. */
    static DarOptions read(DarReader.Line line, String text) {
        Direction direction = Direction.ANY;
        String host = "";
        List<Condition> conditions = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            if (text.charAt(at) == ' ') {
                at++;
                continue;
            }
            int end = text.startsWith(REGEX, at) ? closing(line, text, at + REGEX.length()) : blank(text, at);
            String option = text.substring(at, end);
            at = end;
            if (option.startsWith(REGEX)) {
                conditions.add(condition(line, option.substring(REGEX.length(), option.length() - 1)));
            } else if (option.equals("DIRECTION=INBOUND")) {
                direction = Direction.INBOUND;
            } else if (option.equals("DIRECTION=OUTBOUND")) {
                direction = Direction.OUTBOUND;
            } else if (option.startsWith(HOST) && option.length() > HOST.length()) {
                host = option.substring(HOST.length()).toLowerCase(Locale.ROOT);
            } else {
                throw line.expected("the options DIRECTION=INBOUND, DIRECTION=OUTBOUND, HOST=name or"
                        + " REGEX={header:pattern}, found \"" + option + "\"");
            }
        }
        return new DarOptions(direction, host, conditions);
    }

    private static int blank(String text, int from) {
        int blank = text.indexOf(' ', from);
        return blank < 0 ? text.length() : blank;
    }

    /** Behind the brace that closes the one before {@code from}; those of the pattern come in pairs or escaped. */
    private static int closing(DarReader.Line line, String text, int from) {
        int open = 1;
        for (int at = from; at < text.length(); at++) {
            switch (text.charAt(at)) {
                case '\\' -> at++;
                case '{' -> open++;
                case '}' -> {
                    open--;
                    if (open == 0) {
                        return at + 1;
                    }
                }
                default -> {}
            }
        }
        throw line.expected("\"}\" after REGEX={header:pattern");
    }

    private static Condition condition(DarReader.Line line, String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw line.expected("a header name, \":\" and a pattern in REGEX={}, found \"" + text + "\"");
        }
        String name = text.substring(0, colon).strip();
        String regex = text.substring(colon + 1).strip();
        try {
            Optional<HeaderName> header =
                    name.equalsIgnoreCase(Condition.REQUEST_URI) ? Optional.empty() : Optional.of(HeaderName.of(name));
            if (regex.isEmpty()) {
                throw line.expected("a pattern for " + name);
            }
            return new Condition(header, Pattern.compile(regex), line.place());
        } catch (SyntaxException notName) {
            throw line.expected("a header name or Request-URI in REGEX={}, found \"" + name + "\"");
        } catch (PatternSyntaxException notPattern) {
            throw line.expected(
                    "a regular expression for " + name + ", found \"" + regex + "\": " + notPattern.getDescription());
        }
    }
}
