// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.SipUri;

class RouteBackTest {

    private final ManualClock clock = new ManualClock();
    private final RouteBack routes = new RouteBack(
            new Identifiers(new SplittableRandom(1)),
            clock::nanoTime,
            () -> new Listener(
                    Protocol.UDP, new InetSocketAddress("192.0.2.1", 5060), new HostPort("192.0.2.1", 5060)));

    @Test
    void aRequestBringsItsStateBackMoreThanOnce() {
        SipUri route = routes.uri(RoutingState.NEW);

        assertThat(routes.state(route)).contains(RoutingState.NEW);
        assertThat(routes.state(route)).contains(RoutingState.NEW);
        assertThat(routes.state(route.withParameter(RouteBack.PARAMETER, "other")))
                .isEmpty();
    }

    @Test
    void aStateIsForgottenAfterItsTime() {
        SipUri route = routes.uri(RoutingState.NEW);

        clock.advance(RouteBack.LIFETIME);
        assertThat(routes.state(route)).isPresent();
        clock.advance(java.time.Duration.ofMillis(10));
        assertThat(routes.state(route)).isEqualTo(Optional.empty());
    }

    @Test
    void theOldestGoesWhenThereAreTooMany() {
        SipUri first = routes.uri(RoutingState.NEW);
        SipUri second = routes.uri(RoutingState.NEW);
        for (int i = 2; i <= RouteBack.BOUND; i++) {
            routes.uri(RoutingState.NEW);
        }

        assertThat(routes.state(first)).isEmpty();
        assertThat(routes.state(second)).isPresent();
    }
}
