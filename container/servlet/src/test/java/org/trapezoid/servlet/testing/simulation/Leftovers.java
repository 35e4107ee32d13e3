// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the collections of a server that have grown since it was made: tables of sessions, tags, transactions, whatever there
 * is. It looks at the fields of our classes, so a new table is watched without anybody thinking of it.
 */
final class Leftovers {
    private static final String OURS = "org.trapezoid.";
    private static final String TESTING = ".testing.";
    private static final Map<Class<?>, List<Field>> FIELDS = new ConcurrentHashMap<>();

    /** Limited by themselves, or not of calls. */
    private static final Set<String> BOUNDED = Set.of(
            "org.trapezoid.sip.transport.LogGate", // sources, for a minute
            "org.trapezoid.sip.concurrent.InlineTrial");

    private record Table(String path, Object collection, int size) {}

    private record Step(String path, Object object) {}

    private final List<Table> tables = new ArrayList<>();

    Leftovers(Object root) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Step> toDo = new ArrayDeque<>();
        toDo.add(new Step(root.getClass().getSimpleName(), root));
        Step next;
        while ((next = toDo.poll()) != null) {
            for (Field field : fieldsOf(next.object.getClass())) {
                look(next, field, seen, toDo);
            }
        }
    }

    private void look(Step at, Field field, Set<Object> seen, Deque<Step> toDo) {
        @Nullable Object value;
        try {
            value = field.get(at.object);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
        if (value == null || !seen.add(value)) {
            return;
        }
        String path = at.path + '.' + field.getName();
        if (value instanceof Collection<?> elements) {
            tables.add(new Table(path, value, elements.size()));
            elements.forEach(element -> add(path, element, seen, toDo));
        } else if (value instanceof Map<?, ?> map) {
            tables.add(new Table(path, value, map.size()));
            map.values().forEach(element -> add(path, element, seen, toDo));
        } else if (value instanceof Object[] array) {
            for (int i = 0; i < Array.getLength(array); i++) {
                add(path, array[i], seen, toDo);
            }
        } else {
            enter(path, value, toDo);
        }
    }

    private static void add(String path, @Nullable Object element, Set<Object> seen, Deque<Step> toDo) {
        if (element != null && seen.add(element)) {
            enter(path, element, toDo);
        }
    }

    private static void enter(String path, Object object, Deque<Step> toDo) {
        if (isOurs(object.getClass())) {
            toDo.add(new Step(path, object));
        }
    }

    private static boolean isOurs(Class<?> type) {
        return type.getName().startsWith(OURS)
                && !type.getName().contains(TESTING)
                && !type.isEnum()
                && !BOUNDED.contains(type.getName());
    }

    private static List<Field> fieldsOf(Class<?> type) {
        return FIELDS.computeIfAbsent(type, Leftovers::fields);
    }

    private static List<Field> fields(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> each = type; each != null && each.getName().startsWith(OURS); each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
        }
        return fields;
    }

    /** A line for each collection that is larger now. */
    List<String> growth() {
        List<String> grown = new ArrayList<>();
        for (Table table : tables) {
            int size =
                    table.collection instanceof Map<?, ?> map ? map.size() : ((Collection<?>) table.collection).size();
            if (size > table.size) {
                grown.add(table.path + " has grown from " + table.size + " to " + size + ": " + table.collection);
            }
        }
        return grown;
    }
}
