// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a POJO that takes 3xx responses (JSR 359).
 *
 * <pre>{@code
 * @RedirectResponse @Invite
 * void onRedirectResponse(SipServletResponse response) { ... }
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@SipResponseRange(begin = 300, end = 399)
public @interface RedirectResponse {}
