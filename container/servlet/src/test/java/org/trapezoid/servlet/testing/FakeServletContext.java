// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing;

import jakarta.servlet.ServletContext;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A servlet context of attributes and init parameters. */
public final class FakeServletContext {

    private FakeServletContext() {}

    public static ServletContext of(Map<String, String> parameters) {
        return of(parameters, Map.of());
    }

    /** One with resources too, by path. */
    public static ServletContext of(Map<String, String> parameters, Map<String, String> resources) {
        Map<String, Object> attributes = new ConcurrentHashMap<>();
        return (ServletContext) Proxy.newProxyInstance(
                FakeServletContext.class.getClassLoader(),
                new Class<?>[] {ServletContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getAttribute" -> attributes.get(arguments[0]);
                    case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
                    case "removeAttribute" -> attributes.remove(arguments[0]);
                    case "getAttributeNames" -> Collections.enumeration(attributes.keySet());
                    case "getInitParameter" -> parameters.get(arguments[0]);
                    case "getInitParameterNames" -> Collections.enumeration(parameters.keySet());
                    case "getResourceAsStream" ->
                        resources.containsKey((String) arguments[0])
                                ? new ByteArrayInputStream(
                                        resources.get((String) arguments[0]).getBytes(StandardCharsets.UTF_8))
                                : null;
                    case "getServletContextName", "toString" -> "test";
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    default -> throw new UnsupportedOperationException(method.toString());
                });
    }
}
