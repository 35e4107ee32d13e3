// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.trapezoid.servlet.app.SipApplication;
import org.trapezoid.servlet.facade.Inbound;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SipSessionState;

/** The applications that run: by name for new requests, by deployment for sessions. Thread-safe. */
public final class RunningApplications {

    private final Map<String, Inbound> byName = new ConcurrentHashMap<>();
    private final Map<Long, Inbound> byDeployment = new ConcurrentHashMap<>();
    private volatile boolean anyStateless;

    /** From now on requests may be routed to the application. */
    public void add(Inbound application) {
        byDeployment.put(application.runtime().deployment(), application);
        byName.put(application.runtime().application().name(), application);
        anyStateless |= application.runtime().application().settings().stateless();
    }

    /** From now on only the sessions it has are served. */
    public void retire(Inbound application) {
        byName.remove(application.runtime().application().name(), application);
    }

    /** Nothing of it is left. */
    public void remove(Inbound application) {
        retire(application);
        byDeployment.remove(application.runtime().deployment());
        anyStateless = byDeployment.values().stream()
                .anyMatch(each -> each.runtime().application().settings().stateless());
    }

    /** The application whose session it is. */
    Optional<Inbound> of(SipSessionState session) {
        return of(session.appSession());
    }

    Optional<Inbound> of(AppSessionState session) {
        return Optional.ofNullable(byDeployment.get(session.deployment()));
    }

    /** The application that takes initial requests under the name. */
    public Optional<Inbound> accepting(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** Whether a request may be routed to the application. */
    public boolean isDeployed(String name) {
        return byName.containsKey(name);
    }

    boolean anyStateless() {
        return anyStateless;
    }

    public List<String> names() {
        return all().stream().map(SipApplication::name).toList();
    }

    /** Those that take initial requests, by name. */
    List<SipApplication> all() {
        return byName.values().stream()
                .map(each -> each.runtime().application())
                .sorted(Comparator.comparing(SipApplication::name))
                .toList();
    }
}
