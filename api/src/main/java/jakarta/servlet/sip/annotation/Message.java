// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a POJO that takes MESSAGE requests, or, with a {@link jakarta.servlet.sip.SipServletResponse} as
 * its parameter, responses to them (JSR 359).
 *
 * <pre>{@code
 * @Message
 * void onMessage(SipServletRequest request) { ... }
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@SipMethod("MESSAGE")
public @interface Message {}
