// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

/** The file of the default application router (JSR 289 appendix C): per method a chain of applications. Immutable. */
public final class DarFile {
    /** The key whose chain serves the methods without one. */
    static final String ALL = "ALL";

    private static final String HEADER_PREFIX = "DAR:";

    private final Map<String, List<DarEntry>> chains;

    private DarFile(Map<String, List<DarEntry>> chains) {
        this.chains = Map.copyOf(chains);
    }

    /**
     * @throws DarException if the file breaks the grammar
     * @throws IOException if it cannot be read
     */
    public static DarFile read(Path path) throws IOException {
        return parse(String.valueOf(path.getFileName()), Files.readString(path, StandardCharsets.UTF_8));
    }

    /**
     * @param file the name messages give
     * @throws DarException if the text breaks the grammar
     */
    public static DarFile parse(String file, String text) {
        Map<String, List<DarEntry>> chains = new HashMap<>();
        Map<String, Integer> lines = new HashMap<>();
        for (DarReader.Line line : DarReader.lines(file, text)) {
            String method = line.key();
            Integer earlier = lines.put(method, line.number());
            if (earlier != null) {
                throw new DarException(
                        file, line.number(), method + " is already defined in line " + earlier + "; write one chain");
            }
            if (!method.equals(method.toUpperCase(Locale.ROOT)) || method.isEmpty()) {
                throw new DarException(
                        file, line.number(), "expected a SIP method in upper case or ALL, found \"" + method + "\"");
            }
            chains.put(method, chain(line));
        }
        return new DarFile(chains);
    }

    /** By method, in order. */
    Map<String, List<DarEntry>> chains() {
        return chains;
    }

    private static List<DarEntry> chain(DarReader.Line line) {
        List<DarEntry> entries = new ArrayList<>();
        do {
            DarEntry entry = entry(line);
            for (DarEntry other : entries) {
                if (other.order() == entry.order()) {
                    throw line.expected("an order number of its own; " + entry.order() + " is taken");
                }
            }
            entries.add(entry);
        } while (line.accept(','));
        line.end();
        entries.sort(Comparator.comparingInt(DarEntry::order));
        return List.copyOf(entries);
    }

    private static DarEntry entry(DarReader.Line line) {
        line.expect('(', "\"(\" before an application");
        String application = line.quoted("an application name");
        DarEntry.Subscriber subscriber = subscriber(line, next(line, "a subscriber"));
        Region region = region(line, next(line, "a region"));
        List<NameAddr> routes = routes(line, next(line, "a route, which may be empty"));
        RouteModifier modifier = modifier(line, next(line, "a route modifier"));
        if (routes.isEmpty() && modifier != RouteModifier.NO_ROUTE) {
            throw line.expected("a route, because the modifier is " + modifier);
        }
        int order = order(line, next(line, "an order number"));
        DarOptions options = line.accept(',') ? DarOptions.read(line, line.quoted("options")) : DarOptions.NONE;
        line.expect(')', "\")\" after an application");
        return new DarEntry(application, subscriber, region, routes, modifier, order, options);
    }

    private static String next(DarReader.Line line, String what) {
        line.expect(',', "\",\" before " + what);
        return line.quoted(what);
    }

    private static DarEntry.Subscriber subscriber(DarReader.Line line, String text) {
        if (text.regionMatches(true, 0, HEADER_PREFIX, 0, HEADER_PREFIX.length())) {
            String header = text.substring(HEADER_PREFIX.length()).strip();
            if (header.isEmpty()) {
                throw line.expected("a header name after \"DAR:\"");
            }
            try {
                return new DarEntry.InHeader(HeaderName.of(header));
            } catch (SyntaxException notName) {
                throw line.expected("a header name after \"DAR:\", found \"" + header + "\"");
            }
        }
        if (text.isEmpty()) {
            return new DarEntry.Literal(Optional.empty());
        }
        try {
            return new DarEntry.Literal(Optional.of(Uri.parse(text)));
        } catch (SyntaxException notUri) {
            throw line.expected("a subscriber URI or \"DAR:\" and a header name, found \"" + text + "\"");
        }
    }

    private static Region region(DarReader.Line line, String text) {
        return switch (text) {
            case "ORIGINATING" -> Region.ORIGINATING;
            case "TERMINATING" -> Region.TERMINATING;
            case "NEUTRAL" -> Region.NEUTRAL;
            default -> throw line.expected("ORIGINATING, TERMINATING or NEUTRAL, found \"" + text + "\"");
        };
    }

    private static List<NameAddr> routes(DarReader.Line line, String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        try {
            return List.of(Selection.route(text));
        } catch (SyntaxException notRoute) {
            throw line.expected("a SIP URI as route, found \"" + text + "\"");
        }
    }

    private static RouteModifier modifier(DarReader.Line line, String text) {
        for (RouteModifier modifier : RouteModifier.values()) {
            if (modifier.name().equals(text)) {
                return modifier;
            }
        }
        throw line.expected("ROUTE, ROUTE_BACK, ROUTE_FINAL or NO_ROUTE, found \"" + text + "\"");
    }

    private static int order(DarReader.Line line, String text) {
        try {
            int order = Integer.parseInt(text);
            if (order >= 0) {
                return order;
            }
        } catch (NumberFormatException notNumber) {
            // falls through to the expectation
        }
        throw line.expected("an order number, the first one \"0\", found \"" + text + "\"");
    }
}
