// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.ServletException;
import java.lang.annotation.Annotation;
import java.util.Optional;

/** The CDI container that an application brings with it. Safe for use by any thread. */
public interface Beans {

    /**
     * A component of the application.
     *
     * @param instance it, or what stands for it
     * @param shared whether it is a bean that others may be given too; then CDI has done all injection, and will destroy it
     */
    record Made(Object instance, boolean shared) {}

    /** Makes a component: its constructor, fields and setters with {@code @Inject} are served. */
    Made make(Class<?> type) throws ServletException;

    /** Serves {@code @Inject} in a component that somebody else made. */
    void inject(Object component) throws ServletException;

    /** A component has ended: what was made for it alone ends too. */
    void release(Object component);

    /** A bean, or empty if there is none or more than one. */
    <T> Optional<T> find(Class<T> type, Annotation... qualifiers);

    /** Runs a callback of the application with the scope of one invocation. */
    void invoke(Runnable callback);

    /** An application session has ended, and the beans of its scope with it. */
    void sessionEnded(String applicationSessionId);

    /** Destroys all beans. */
    void close();
}
