// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.pojo;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The methods of an object that take messages, the most specific first. Immutable.
 *
 * @param requests those for requests
 * @param responses those for responses
 */
record HandlerMethods(List<Handler> requests, List<Handler> responses) {

    private static final MethodType CALL = MethodType.methodType(void.class, Object.class);

    /** @throws ServletException naming the method that breaks a rule of JSR 359 */
    static HandlerMethods of(Object pojo, Class<?> declared) throws ServletException {
        List<Handler> requests = new ArrayList<>();
        List<Handler> responses = new ArrayList<>();
        Set<String> overridden = new HashSet<>();
        for (Class<?> type = declared; type != null && type != Object.class; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                boolean isOwn = Modifier.isPrivate(method.getModifiers());
                if (method.isSynthetic() || !(overridden.add(signature(method)) || isOwn)) {
                    continue;
                }
                Optional<Selector> selector = new SelectorReader(method).read();
                if (selector.isPresent()) {
                    Handler handler = handler(pojo, method, selector.get());
                    (takes(method, SipServletRequest.class) ? requests : responses).add(handler);
                }
            }
        }
        return new HandlerMethods(ordered(requests), ordered(responses));
    }

    boolean isEmpty() {
        return requests.isEmpty() && responses.isEmpty();
    }

    private static Handler handler(Object pojo, Method method, Selector selector) throws ServletException {
        boolean takesRequest = takes(method, SipServletRequest.class);
        if (!takesRequest && !takes(method, SipServletResponse.class)) {
            throw new ServletException(
                    name(method) + ": expected one parameter, a SipServletRequest or a SipServletResponse");
        }
        if (takesRequest && !selector.ranges().isEmpty()) {
            throw new ServletException(
                    name(method) + ": status codes select responses; expected a parameter SipServletResponse");
        }
        if (method.getReturnType() != void.class || Modifier.isStatic(method.getModifiers())) {
            throw new ServletException(name(method) + ": expected a method that is not static and returns void");
        }
        try {
            method.setAccessible(true);
            return new Handler(
                    name(method),
                    selector,
                    MethodHandles.lookup().unreflect(method).bindTo(pojo).asType(CALL));
        } catch (IllegalAccessException | RuntimeException e) {
            throw new ServletException(name(method) + " cannot be called; expected it public in a public class", e);
        }
    }

    private static boolean takes(Method method, Class<?> type) {
        return method.getParameterCount() == 1 && method.getParameterTypes()[0] == type;
    }

    private static List<Handler> ordered(List<Handler> handlers) throws ServletException {
        for (int i = 0; i < handlers.size(); i++) {
            for (Handler other : handlers.subList(i + 1, handlers.size())) {
                if (handlers.get(i).selector().ties(other.selector())) {
                    throw new ServletException(handlers.get(i).name() + " and " + other.name()
                            + " select the same messages; expected one of them to be more specific");
                }
            }
        }
        handlers.sort(Comparator.comparing(Handler::selector, Selector.BY_PRECEDENCE));
        return List.copyOf(handlers);
    }

    private static String signature(Method method) {
        StringBuilder text = new StringBuilder(method.getName());
        for (Class<?> parameter : method.getParameterTypes()) {
            text.append(',').append(parameter.getName());
        }
        return text.toString();
    }

    static String name(Method method) {
        return method.getDeclaringClass().getName() + "." + method.getName();
    }
}
