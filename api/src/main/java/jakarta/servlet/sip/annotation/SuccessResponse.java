// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a POJO that takes 2xx responses (JSR 359).
 *
 * <pre>{@code
 * @SuccessResponse @Invite
 * void onSuccessResponse(SipServletResponse response) { ... }
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@SipResponseRange(begin = 200, end = 299)
public @interface SuccessResponse {}
