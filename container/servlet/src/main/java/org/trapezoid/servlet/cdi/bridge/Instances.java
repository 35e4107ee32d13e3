// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.cdi.bridge;

import jakarta.enterprise.context.spi.Contextual;
import jakarta.enterprise.context.spi.CreationalContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The beans of one scope that exist. Safe for use by any thread. */
final class Instances {

    private record Entry<T>(
            Contextual<T> bean, T instance, @Nullable CreationalContext<T> context) {
        @SuppressWarnings("NullAway") // who asks for a bean that is to be made gives a context
        void destroy() {
            bean.destroy(instance, context);
        }
    }

    private final Map<Contextual<?>, Entry<?>> entries = new LinkedHashMap<>();

    @SuppressWarnings("unchecked") // kept by its bean
    <T> @Nullable T get(Contextual<T> bean, @Nullable CreationalContext<T> context) {
        synchronized (entries) { // making one bean may make others of the scope: the same thread comes back
            Entry<T> known = (Entry<T>) entries.get(bean);
            if (known != null) {
                return known.instance();
            }
            if (context == null) {
                return null;
            }
            Entry<T> made = new Entry<>(bean, bean.create(context), context);
            entries.put(bean, made);
            return made.instance();
        }
    }

    void destroy(Contextual<?> bean) {
        Entry<?> entry;
        synchronized (entries) {
            entry = entries.remove(bean);
        }
        if (entry != null) {
            entry.destroy();
        }
    }

    /** The last one first: it may use those before it. */
    void destroyAll() {
        List<Entry<?>> all;
        synchronized (entries) {
            all = List.copyOf(entries.values());
            entries.clear();
        }
        for (int i = all.size() - 1; i >= 0; i--) {
            all.get(i).destroy();
        }
    }
}
