// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.ServletException;
import java.util.Map;
import java.util.function.Function;

/** The values that an {@code env-entry} may have. Stateless. */
final class EnvEntry {

    private static final Map<String, Function<String, Object>> TYPES = Map.of(
            "java.lang.String", text -> text,
            "java.lang.Character", EnvEntry::character,
            "java.lang.Boolean", EnvEntry::flag,
            "java.lang.Byte", Byte::valueOf,
            "java.lang.Short", Short::valueOf,
            "java.lang.Integer", Integer::valueOf,
            "java.lang.Long", Long::valueOf,
            "java.lang.Float", Float::valueOf,
            "java.lang.Double", Double::valueOf);

    private static final Map<Class<?>, Class<?>> BOXES = Map.of(
            char.class, Character.class,
            boolean.class, Boolean.class,
            byte.class, Byte.class,
            short.class, Short.class,
            int.class, Integer.class,
            long.class, Long.class,
            float.class, Float.class,
            double.class, Double.class);

    private EnvEntry() {}

    static Object parse(String application, String name, String type, String value) throws ServletException {
        Function<String, Object> parser = TYPES.get(type);
        if (parser == null) {
            throw new ServletException("application " + application + ": env-entry " + name + " is of type " + type
                    + "; expected one of java.lang");
        }
        try {
            return parser.apply(type.equals("java.lang.String") ? value : value.strip());
        } catch (IllegalArgumentException e) {
            throw new ServletException(
                    "application " + application + ": env-entry " + name + " is \"" + value + "\"; expected a " + type,
                    e);
        }
    }

    private static Character character(String text) {
        if (text.length() != 1) {
            throw new IllegalArgumentException("not one character");
        }
        return text.charAt(0);
    }

    private static Boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false");
        };
    }

    /** Whether a component may do without: it keeps its default. */
    static boolean isType(Class<?> type) {
        return TYPES.containsKey(boxed(type).getName());
    }

    /** Injecting an Integer into an int. */
    static Class<?> boxed(Class<?> type) {
        return BOXES.getOrDefault(type, type);
    }
}
