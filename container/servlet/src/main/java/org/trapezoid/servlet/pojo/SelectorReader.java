// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.pojo;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Predicate;
import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.annotation.AnyMethod;
import jakarta.servlet.sip.annotation.SipMethod;
import jakarta.servlet.sip.annotation.SipPredicate;
import jakarta.servlet.sip.annotation.SipResponseCode;
import jakarta.servlet.sip.annotation.SipResponseRange;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads what the annotations of one method select, their meta-annotations that is. Used for one method. */
final class SelectorReader {
    private final Method method;
    private final Set<String> methods = new LinkedHashSet<>();
    private final List<StatusRange> ranges = new ArrayList<>();
    private final List<Predicate<SipServletMessage>> predicates = new ArrayList<>();
    private boolean selects;
    private boolean any;

    SelectorReader(Method method) {
        this.method = method;
    }

    /** Empty for a method whose annotations select nothing. */
    Optional<Selector> read() throws ServletException {
        for (Annotation annotation : method.getAnnotations()) {
            if (annotation instanceof AnyMethod) {
                selects = true;
                any = true;
            }
            for (Annotation meta : annotation.annotationType().getAnnotations()) {
                add(meta);
            }
        }
        return selects
                ? Optional.of(new Selector(
                        any ? Set.of() : Set.copyOf(methods), List.copyOf(ranges), List.copyOf(predicates)))
                : Optional.empty();
    }

    private void add(Annotation meta) throws ServletException {
        if (meta instanceof SipMethod sip) {
            selects = true;
            any |= sip.value().isEmpty();
            methods.add(sip.value());
        } else if (meta instanceof SipResponseCode code) {
            selects = true;
            ranges.add(new StatusRange(code.value(), code.value()));
        } else if (meta instanceof SipResponseRange range) {
            selects = true;
            ranges.add(new StatusRange(range.begin(), range.end()));
        } else if (meta instanceof SipPredicate predicate) {
            selects = true;
            predicates.add(predicate(predicate.value()));
        }
    }

    @SuppressWarnings("unchecked") // the annotation has the raw type
    private Predicate<SipServletMessage> predicate(Class<?> type) throws ServletException {
        try {
            return (Predicate<SipServletMessage>) type.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new ServletException(
                    HandlerMethods.name(method) + ": the predicate " + type.getName()
                            + " cannot be made; expected a public constructor without parameters",
                    e);
        }
    }
}
