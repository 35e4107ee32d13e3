// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import jakarta.servlet.ServletContext;
import jakarta.servlet.sip.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.trapezoid.api.PushService;

/** The push notifications of the container, if it has any, for Contact URIs (RFC 8599). Thread-safe. */
public final class Push {
    private final Optional<PushService> service;

    private Push(Optional<PushService> service) {
        this.service = service;
    }

    public static Push of(ServletContext context) {
        return new Push(
                context.getAttribute(PushService.ATTRIBUTE) instanceof PushService service
                        ? Optional.of(service)
                        : Optional.empty());
    }

    public Optional<PushService> service() {
        return service;
    }

    /** The client that a contact asks to be woken by, whether that is possible or not. */
    public static Optional<PushService.Target> target(URI contact) {
        Map<String, String> parameters = new HashMap<>(8);
        for (String name : contact.getParameterNameSet()) {
            String value = contact.getParameter(name);
            parameters.put(name.toLowerCase(Locale.ROOT), value == null ? "" : value);
        }
        return PushService.Target.of(parameters);
    }

    /** The client of a contact that can be woken. */
    public Optional<PushService.Target> wakeable(URI contact) {
        return service.flatMap(push -> target(contact).filter(target -> push.supports(target.provider())));
    }
}
