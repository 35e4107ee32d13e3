// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a POJO that takes provisional responses, 101 to 199 (JSR 359).
 *
 * <pre>{@code
 * @ProvisionalResponse @Invite
 * void onProvisionalResponse(SipServletResponse response) { ... }
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@SipResponseRange(begin = 101, end = 199)
public @interface ProvisionalResponse {}
