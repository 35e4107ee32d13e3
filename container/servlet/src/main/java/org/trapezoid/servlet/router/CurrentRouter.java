// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.util.List;
import java.util.TreeSet;
import org.trapezoid.sip.message.Request;

/**
 * The application router that new requests are given to, which may be replaced while the server runs. Selection is thread-safe; what
 * changes the router or the applications comes from one thread at a time.
 */
public final class CurrentRouter implements ApplicationSelector {
    private final TreeSet<String> deployed = new TreeSet<>();
    private volatile ApplicationSelector router;

    public CurrentRouter(ApplicationSelector first) {
        this.router = first;
    }

    @Override
    public Selection next(Request request, Origin origin, RoutingState state) {
        while (true) {
            try {
                return router.next(request, origin, state);
            } catch (RetiredException replaced) { // between the two steps; there is another one now
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void deployed(List<String> names) {
        deployed.addAll(names);
        router.deployed(names);
    }

    @Override
    public void undeployed(List<String> names) {
        names.forEach(deployed::remove);
        router.undeployed(names);
    }

    /** From now on requests go to this one, which is told what is deployed first. */
    public void replace(ApplicationSelector next) {
        next.deployed(List.copyOf(deployed));
        router = next;
    }
}
