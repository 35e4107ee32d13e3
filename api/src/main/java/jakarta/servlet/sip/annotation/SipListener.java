// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a listener: a class that implements one or more of the listener interfaces of {@link jakarta.servlet.sip}
 * (JSR 289 §18). On a servlet, the servlet object is the listener.
 *
 * <pre>{@code
 * @SipListener
 * public class Sessions implements SipApplicationSessionListener { ... }
 * }</pre>
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
public @interface SipListener {
    /** {@return the application the listener is for; may be empty if its class is in one} */
    String applicationName() default "";

    /** {@return what the listener is for} */
    String description() default "";
}
