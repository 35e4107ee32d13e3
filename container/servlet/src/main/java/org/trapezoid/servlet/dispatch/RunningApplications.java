// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.trapezoid.servlet.app.SipApplication;
import org.trapezoid.servlet.facade.Inbound;

/** The applications that run, by name. Thread-safe. */
public final class RunningApplications {

    private final Map<String, Inbound> running = new ConcurrentHashMap<>();
    private volatile boolean anyStateless;

    public void add(Inbound application) {
        running.put(application.runtime().application().name(), application);
        count();
    }

    public void remove(Inbound application) {
        running.remove(application.runtime().application().name(), application);
        count();
    }

    private void count() {
        anyStateless = running.values().stream()
                .anyMatch(each -> each.runtime().application().settings().stateless());
    }

    /** The application, also one that is being undeployed and serves the calls it has. */
    public Optional<Inbound> inbound(String name) {
        return Optional.ofNullable(running.get(name));
    }

    /** The application if it takes initial requests. */
    Optional<Inbound> accepting(String name) {
        return inbound(name).filter(each -> each.runtime().application().isAccepting());
    }

    /** Whether a request may be routed to the application. */
    public boolean isDeployed(String name) {
        Inbound application = running.get(name);
        return application != null && application.runtime().application().isAccepting();
    }

    boolean anyStateless() {
        return anyStateless;
    }

    public List<String> names() {
        return running.values().stream()
                .map(each -> each.runtime().application())
                .filter(SipApplication::isAccepting)
                .map(SipApplication::name)
                .sorted()
                .toList();
    }
}
