// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.Set;
import java.util.function.Predicate;
import org.trapezoid.servlet.router.Actor;
import org.trapezoid.servlet.router.Outbound;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.uri.Uri;

/**
 * What every proxy core of a server shares. Immutable.
 *
 * @param isOwn true for a URI that leads to this server: host, port and transport
 * @param proxyRequire the option tags in Proxy-Require we fulfil
 */
public record ProxyEnvironment(
        Outbound outbound,
        Timers timers,
        LoopDetector loops,
        Predicate<Uri> isOwn,
        Set<String> proxyRequire,
        FlowTokens flows) {

    public ProxyEnvironment {
        proxyRequire = Set.copyOf(proxyRequire);
    }

    /** The same that sends on behalf of somebody. */
    public ProxyEnvironment as(Actor actor) {
        return new ProxyEnvironment(outbound.as(actor), timers, loops, isOwn, proxyRequire, flows);
    }
}
