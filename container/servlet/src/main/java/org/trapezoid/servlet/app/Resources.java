// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.enterprise.concurrent.ContextService;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.servlet.ServletException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.descriptor.ResourceReference;

/**
 * What the components of one application are given: by type, and by their name below {@code java:comp/env} (JSR 289 §3.5).
 * Immutable.
 */
final class Resources {

    private static final Logger log = LoggerFactory.getLogger(Resources.class);
    private static final String ENVIRONMENT = "java:comp/env/";

    /** The names that Jakarta Concurrency gives to what every application has. */
    private static final Map<String, Class<?>> DEFAULTS = Map.of(
            "java:comp/DefaultManagedExecutorService", ManagedExecutorService.class,
            "java:comp/DefaultManagedScheduledExecutorService", ManagedScheduledExecutorService.class,
            "java:comp/DefaultManagedThreadFactory", ManagedThreadFactory.class,
            "java:comp/DefaultContextService", ContextService.class);

    private final Map<Class<?>, Object> byType;
    private final Map<String, Object> byName;
    private final Map<ResourceReference.Target, Object> targets;

    private Resources(
            Map<Class<?>, Object> byType, Map<String, Object> byName, Map<ResourceReference.Target, Object> targets) {
        this.byType = Map.copyOf(byType);
        this.byName = Map.copyOf(byName);
        this.targets = Map.copyOf(targets);
    }

    /**
     * @param application its name: each type T of the container is bound at {@code sip/<application>/T} too
     * @param references what its descriptors declare; the first one of a name counts
     * @throws ServletException for the value of an env-entry that is not of its type
     */
    static Resources of(String application, Map<Class<?>, Object> byType, List<ResourceReference> references)
            throws ServletException {
        Map<String, Object> byName = new LinkedHashMap<>();
        byType.forEach((type, value) -> byName.put("sip/" + application + '/' + type.getSimpleName(), value));
        DEFAULTS.forEach(
                (name, type) -> Optional.ofNullable(byType.get(type)).ifPresent(value -> byName.put(name, value)));
        Map<ResourceReference.Target, Object> targets = new LinkedHashMap<>();
        List<ResourceReference> open = new ArrayList<>();
        for (ResourceReference each : references) {
            Optional<Object> value = value(application, each, byType);
            if (value.isPresent()) {
                bind(each, value.get(), byName, targets);
            } else {
                open.add(each);
            }
        }
        for (ResourceReference each : open) { // a lookup name may be that of another entry
            Object value = each.lookup().map(name -> byName.get(relative(name))).orElse(null);
            if (value != null) {
                bind(each, value, byName, targets);
            } else if (each.kind() != ResourceReference.Kind.ENV_ENTRY) { // an env-entry may be without a value
                log.warn(
                        "application {}: {} {} of type {} is not bound; this server has none",
                        application,
                        each.kind().element(),
                        each.name(),
                        each.type().orElse("unknown"));
            }
        }
        return new Resources(byType, byName, targets);
    }

    private static void bind(
            ResourceReference reference,
            Object value,
            Map<String, Object> byName,
            Map<ResourceReference.Target, Object> targets) {
        byName.putIfAbsent(relative(reference.name()), value);
        reference.targets().forEach(target -> targets.putIfAbsent(target, value));
    }

    private static Optional<Object> value(String application, ResourceReference reference, Map<Class<?>, Object> byType)
            throws ServletException {
        if (reference.kind() == ResourceReference.Kind.ENV_ENTRY) {
            return reference.value().isEmpty()
                    ? Optional.empty()
                    : Optional.of(EnvEntry.parse(
                            application,
                            reference.name(),
                            reference.type().orElse("java.lang.String"),
                            reference.value().get()));
        }
        for (Map.Entry<Class<?>, Object> each : byType.entrySet()) {
            if (each.getKey().getName().equals(reference.type().orElse(""))) {
                return Optional.of(each.getValue());
            }
        }
        return Optional.empty();
    }

    private static String relative(String name) {
        return name.startsWith(ENVIRONMENT) ? name.substring(ENVIRONMENT.length()) : name;
    }

    /** The names below {@code java:comp/env}; those that begin with {@code java:comp/} stand beside it. */
    Map<String, Object> environment() {
        return byName;
    }

    Optional<Object> named(String name) {
        return Optional.ofNullable(byName.get(relative(name)));
    }

    Optional<Object> typed(Class<?> type) {
        return Optional.ofNullable(byType.get(type));
    }

    /** What a descriptor has injected into a field or property. */
    Optional<Object> targeted(Class<?> component, String property) {
        return Optional.ofNullable(targets.get(new ResourceReference.Target(component.getName(), property)));
    }
}
