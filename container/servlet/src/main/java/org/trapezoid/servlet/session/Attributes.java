// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Attributes of a session or message, by name. Safe for use by any thread: a completed change happens before a later read
 * ({@code AttributeStore}).
 */
public final class Attributes {

    private final AtomicReference<@Nullable Map<String, Object>> values = new AtomicReference<>(); // most have none

    public Optional<Object> get(String name) {
        Map<String, Object> map = values.get();
        return map == null ? Optional.empty() : Optional.ofNullable(map.get(name));
    }

    /** Binds the value; answers the one that was bound before. */
    public Optional<Object> put(String name, Object value) {
        return Optional.ofNullable(map().put(name, value));
    }

    /** Unbinds the name; answers the value that was bound. */
    public Optional<Object> remove(String name) {
        Map<String, Object> map = values.get();
        return map == null ? Optional.empty() : Optional.ofNullable(map.remove(name));
    }

    /** The names bound now, as a copy. */
    public Set<String> names() {
        Map<String, Object> map = values.get();
        return map == null ? Set.of() : Set.copyOf(map.keySet());
    }

    /** Binds all that the other one has bound, by reference. */
    public void copyFrom(Attributes other) {
        Map<String, Object> map = other.values.get();
        if (map != null && !map.isEmpty()) {
            map().putAll(map);
        }
    }

    private Map<String, Object> map() {
        Map<String, Object> map = values.get();
        if (map != null) {
            return map;
        }
        Map<String, Object> fresh = new ConcurrentHashMap<>(8);
        Map<String, Object> earlier = values.compareAndExchange(null, fresh);
        return earlier == null ? fresh : earlier;
    }
}
