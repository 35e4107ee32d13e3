// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a POJO that takes the messages of any SIP method no other method takes (JSR 359).
 *
 * <pre>{@code
 * @AnyMethod
 * void other(SipServletRequest request) throws IOException {
 *     request.createResponse(SipServletResponse.SC_NOT_IMPLEMENTED).send();
 * }
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface AnyMethod {}
