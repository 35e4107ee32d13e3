// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.cdi;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipApplicationSession;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.app.Beans;

/** Starts the CDI container of an application that brings one. Used by the deploying thread. */
public final class CdiSupport {
    private static final Logger log = LoggerFactory.getLogger(CdiSupport.class);

    /** Names the implementation, as Jakarta CDI §2.6 (SE) has it. */
    private static final String PROVIDER = "META-INF/services/jakarta.enterprise.inject.se.SeContainerInitializer";

    /** Without it no class of the archive is a bean. */
    private static final String BEANS = "META-INF/beans.xml";

    private static final String BRIDGE = BridgeLoader.BRIDGE + "SeBeans";

    private CdiSupport() {}

    /**
     * The beans of an application; empty if its archive has no CDI implementation or no {@code beans.xml}. Nothing else is done then.
     *
     * @param services what beans are given, by type
     * @param currentSession the application session that is being called on this thread
     * @throws ServletException if CDI refuses the archive
     */
    public static Optional<Beans> start(
            String application,
            ClassLoader loader,
            Map<Class<?>, Object> services,
            Supplier<@Nullable SipApplicationSession> currentSession)
            throws ServletException {
        if (loader.getResource(PROVIDER) == null || loader.getResource(BEANS) == null) {
            return Optional.empty();
        }
        BridgeLoader bridge = new BridgeLoader(loader, CdiSupport.class.getClassLoader());
        Thread thread = Thread.currentThread();
        ClassLoader outer = thread.getContextClassLoader();
        thread.setContextClassLoader(bridge);
        try {
            Beans beans = (Beans) bridge.loadClass(BRIDGE)
                    .getConstructor(ClassLoader.class, Map.class, Supplier.class)
                    .newInstance(bridge, services, currentSession);
            log.debug("application {}: CDI started", application);
            return Optional.of(beans);
        } catch (InvocationTargetException e) {
            throw new ServletException(
                    "application " + application + ": CDI does not start: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new ServletException(
                    "application " + application + ": its CDI implementation does not work here: " + e, e);
        } finally {
            thread.setContextClassLoader(outer);
        }
    }
}
