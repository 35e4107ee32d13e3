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
 * Makes a CDI bean live as long as an application session: each has an object of its own (JSR 359).
 *
 * <pre>{@code
 * @SipApplicationSessionScoped
 * public class CallState implements Serializable { ... }
 * }</pre>
 */
@Inherited
@NormalScope(passivating = true)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.FIELD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface SipApplicationSessionScoped {}
