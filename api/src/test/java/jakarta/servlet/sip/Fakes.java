// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.lang.reflect.Proxy;
import java.util.Map;

/** API objects that answer the given getters and refuse everything else. */
public final class Fakes {

    private Fakes() {}

    /** An object of the type whose methods return the values given by name; {@code toString} is the type's name. */
    public static <T> T fake(Class<T> type, Map<String, Object> answers) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    if (answers.containsKey(method.getName())) {
                        return answers.get(method.getName());
                    }
                    return switch (method.getName()) {
                        case "toString" -> type.getSimpleName();
                        case "equals" -> self == arguments[0];
                        case "hashCode" -> System.identityHashCode(self);
                        default -> throw new UnsupportedOperationException(method.toString());
                    };
                }));
    }
}
