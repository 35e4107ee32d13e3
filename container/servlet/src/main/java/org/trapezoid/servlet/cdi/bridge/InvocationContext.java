// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.cdi.bridge;

import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.context.spi.AlterableContext;
import jakarta.enterprise.context.spi.Contextual;
import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.servlet.sip.annotation.SipInvocationScoped;
import java.lang.annotation.Annotation;
import org.jspecify.annotations.Nullable;

/** The scope of one callback. Safe for use by any thread: each has its own. */
final class InvocationContext implements AlterableContext {

    @SuppressWarnings("ThreadLocalUsage") // one for an application, and gone with it
    private final ThreadLocal<Instances> current = new ThreadLocal<>();

    void run(Runnable callback) {
        Instances outer = current.get();
        Instances own = new Instances();
        current.set(own);
        try {
            callback.run();
        } finally {
            try {
                own.destroyAll();
            } finally {
                if (outer == null) {
                    current.remove();
                } else {
                    current.set(outer);
                }
            }
        }
    }

    @Override
    public Class<? extends Annotation> getScope() {
        return SipInvocationScoped.class;
    }

    @Override
    public boolean isActive() {
        return current.get() != null;
    }

    @Override
    public <T> @Nullable T get(Contextual<T> bean, @Nullable CreationalContext<T> context) {
        return own().get(bean, context);
    }

    @Override
    public <T> @Nullable T get(Contextual<T> bean) {
        return own().get(bean, null);
    }

    @Override
    public void destroy(Contextual<?> bean) {
        own().destroy(bean);
    }

    private Instances own() {
        Instances own = current.get();
        if (own == null) {
            throw new ContextNotActiveException("@SipInvocationScoped: no callback runs on this thread");
        }
        return own;
    }
}
