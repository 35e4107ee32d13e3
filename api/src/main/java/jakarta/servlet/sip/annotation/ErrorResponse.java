// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a POJO that takes responses of 300 and above (JSR 359). A method marked with the narrower {@link
 * RedirectResponse} comes first.
 *
 * <pre>{@code
 * @ErrorResponse @Invite
 * void onErrorResponse(SipServletResponse response) { ... }
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@SipResponseRange(begin = 300, end = 999)
public @interface ErrorResponse {}
