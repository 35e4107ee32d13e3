// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the method that computes the key of the application session for an initial request (JSR 289 §18): requests
 * with the same key share an application session. It is {@code public static}, takes a {@link
 * jakarta.servlet.sip.SipServletRequest} it does not change, and returns a {@link String}; {@code null} or an empty
 * one asks for a new session. An application has at most one.
 *
 * <pre>{@code
 * @SipApplicationKey
 * public static String room(SipServletRequest request) {
 *     return ((SipURI) request.getRequestURI()).getUser();
 * }
 * }</pre>
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
public @interface SipApplicationKey {
    /** {@return the application the method is for; may be empty if its class is in one} */
    String applicationName() default "";
}
