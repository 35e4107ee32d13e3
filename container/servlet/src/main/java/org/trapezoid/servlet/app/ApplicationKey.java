// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServletRequest;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.descriptor.KeyMethod;

/**
 * The method of an application that names the application session of an initial request ({@code @SipApplicationKey}, JSR 289
 * §15.11.2). Immutable.
 */
public final class ApplicationKey {
    private static final MethodType TYPE = MethodType.methodType(String.class, SipServletRequest.class);

    private final MethodHandle method;

    private ApplicationKey(MethodHandle method) {
        this.method = method;
    }

    /** @throws ServletException if the archive has no such method that can be called */
    static ApplicationKey of(KeyMethod declared, ClassLoader loader) throws ServletException {
        try {
            Class<?> holder = loader.loadClass(declared.className());
            var found = holder.getDeclaredMethod(declared.name(), SipServletRequest.class);
            found.setAccessible(true); // the class need not be public
            return new ApplicationKey(MethodHandles.lookup().unreflect(found).asType(TYPE));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            throw new ServletException(
                    "the key method " + declared.className() + "." + declared.name() + " cannot be called", e);
        }
    }

    /** Empty if the method returns null: the request gets a session of its own. */
    Optional<String> of(SipServletRequest request) throws ServletException {
        try {
            return Optional.ofNullable(call(request));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable checked) {
            throw new ServletException("the key method threw " + checked, checked);
        }
    }

    private @Nullable String call(SipServletRequest request) throws Throwable {
        return (String) method.invokeExact(request);
    }
}
