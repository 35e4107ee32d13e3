// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import jakarta.enterprise.context.NormalScope;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a CDI bean live as long as one callback of a servlet, POJO or listener (JSR 359).
 *
 * <pre>{@code
 * @SipInvocationScoped
 * public class Trace { ... }
 * }</pre>
 */
@Inherited
@NormalScope
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.FIELD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface SipInvocationScoped {}
