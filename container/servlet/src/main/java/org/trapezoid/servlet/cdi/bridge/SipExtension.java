// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.cdi.bridge;

import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.BeforeBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.servlet.sip.annotation.SipApplicationSessionScoped;
import jakarta.servlet.sip.annotation.SipInvocationScoped;
import java.util.Map;

/** Makes known to CDI the two scopes of JSR 359 and what the server offers. Confined to the deploying thread. */
public final class SipExtension implements Extension {

    private final Map<Class<?>, Object> services;
    private final SessionContext sessionScope;
    private final InvocationContext invocationScope;

    SipExtension(Map<Class<?>, Object> services, SessionContext sessionScope, InvocationContext invocationScope) {
        this.services = services;
        this.sessionScope = sessionScope;
        this.invocationScope = invocationScope;
    }

    /** The API's annotations name CDI's, which the container does not have: it is said here that they are scopes. */
    void scopes(@Observes BeforeBeanDiscovery event) {
        event.addScope(SipApplicationSessionScoped.class, true, true);
        event.addScope(SipInvocationScoped.class, true, false);
    }

    void services(@Observes AfterBeanDiscovery event) {
        event.addContext(sessionScope);
        event.addContext(invocationScope);
        services.forEach((type, service) -> event.addBean()
                .addTypes(type, Object.class)
                .scope(Dependent.class)
                .createWith(context -> service));
    }
}
