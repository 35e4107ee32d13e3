// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Wakes sleeping clients by push notifications, RFC 8599. A registrar accepts the clients of its providers, a proxy asks it
 * to wake a client before it forwards a request, and waits for the client's REGISTER. Thread-safe.
 *
 * <p>The server has one if its configuration names a push gateway, or if who embeds it gives one. The applications of a
 * server share it; an application gets it by injection or as the context attribute {@link #ATTRIBUTE}.
 *
 * <pre>{@code
 * Optional<PushService.Target> target = PushService.Target.of(parametersOf(binding.contact()));
 * if (target.isPresent() && push.supports(target.get().provider())) {
 *     push.push(target.get()); // LocationService.Listener#refreshed tells when the client is awake
 * }
 * }</pre>
 *
 * <p>Who talks to a provider itself implements the interface:
 *
 * <pre>{@code
 * SipServer.create(config -> config.listen(Listener.udp(5060)).push(new MyPushService()));
 * }</pre>
 */
public interface PushService {

    /** The context attribute that holds the service. */
    String ATTRIBUTE = "org.trapezoid.api.PushService";

    /** {@return the providers it can reach, as {@code pn-provider} names them, in lower case; immutable} */
    Set<String> providers();

    /**
     * {@return whether it can reach a provider}
     *
     * @param provider a value of {@code pn-provider}, in upper or lower case
     */
    default boolean supports(String provider) {
        return providers().contains(provider.toLowerCase(Locale.ROOT));
    }

    /**
     * Asks the provider to wake a client. Does not block.
     *
     * @param target the client
     * @return completed when the provider has taken the notification over; completed exceptionally when it has not, so that
     *     the client will not wake up
     */
    CompletionStage<Void> push(Target target);

    /**
     * A client as its Contact URI names it, RFC 8599 §8.
     *
     * @param provider who delivers the notification, {@code pn-provider}, in lower case
     * @param prid what the provider knows the client by, {@code pn-prid}
     * @param param what the provider needs besides, {@code pn-param}
     */
    record Target(String provider, String prid, Optional<String> param) {

        /** The URI parameter that names the provider. */
        public static final String PROVIDER = "pn-provider";

        /** The URI parameter by which the provider knows the client. */
        public static final String PRID = "pn-prid";

        /** The URI parameter with what the provider needs besides. */
        public static final String PARAM = "pn-param";

        /**
         * Checks that provider and prid are there.
         *
         * @param provider who delivers the notification, in any case
         * @param prid what the provider knows the client by
         * @param param what the provider needs besides
         * @throws IllegalArgumentException if one of them is empty
         */
        public Target {
            Objects.requireNonNull(param, "param");
            if (provider.isEmpty() || prid.isEmpty()) {
                throw new IllegalArgumentException(PROVIDER + " and " + PRID + " must have a value");
            }
            provider = provider.toLowerCase(Locale.ROOT);
        }

        /**
         * {@return the client that the parameters of a Contact URI name; empty if it does not want to be woken}
         *
         * @param parameters the parameters by their names in lower case
         */
        public static Optional<Target> of(Map<String, String> parameters) {
            String provider = parameters.getOrDefault(PROVIDER, "");
            String prid = parameters.getOrDefault(PRID, "");
            return provider.isEmpty() || prid.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Target(
                            provider,
                            prid,
                            Optional.ofNullable(parameters.get(PARAM)).filter(value -> !value.isEmpty())));
        }
    }
}
