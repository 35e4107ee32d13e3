// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringTokenizer;

/** The context parameters of an application. Immutable. */
public final class Settings {
    private final ServletContext context;

    public Settings(ServletContext context) {
        this.context = context;
    }

    /** The words of a list, separated by blanks or commas. */
    public List<String> words(String name) {
        List<String> words = new ArrayList<>();
        StringTokenizer tokens = new StringTokenizer(text(name).orElse(""), ", \t\r\n");
        while (tokens.hasMoreTokens()) {
            words.add(tokens.nextToken());
        }
        return words;
    }

    /** A number that is not negative. */
    public int number(String name, int otherwise) throws ServletException {
        String value = text(name).orElse(Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(value);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the message
        }
        throw new ServletException("context parameter " + name + " is \"" + value + "\"; expected a number, 0 or more");
    }

    /** One of the constants, in lower case; the first one is the default. */
    public <E extends Enum<E>> E choice(String name, Class<E> type) throws ServletException {
        E[] constants = type.getEnumConstants();
        String value = text(name).orElse("");
        if (value.isEmpty()) {
            return constants[0];
        }
        List<String> names = new ArrayList<>();
        for (E constant : constants) {
            String each = constant.name().toLowerCase(Locale.ROOT);
            if (each.equals(value)) {
                return constant;
            }
            names.add(each);
        }
        throw new ServletException("context parameter " + name + " is \"" + value + "\"; expected one of " + names);
    }

    /** {@code true} or {@code false}. */
    public boolean flag(String name, boolean otherwise) throws ServletException {
        String value = text(name).orElse(Boolean.toString(otherwise));
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new ServletException(
                        "context parameter " + name + " is \"" + value + "\"; expected true or false");
        };
    }

    /** A file; a relative one is below the directory of the server. */
    public Path file(String name, String otherwise) {
        return Path.of(System.getProperty("trapezoid.base", "."))
                .resolve(text(name).orElse(otherwise));
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable(context.getInitParameter(name))
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }
}
