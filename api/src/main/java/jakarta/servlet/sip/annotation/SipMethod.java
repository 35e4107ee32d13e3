// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes an annotation choose POJO methods by the SIP method of a message (JSR 359).
 *
 * <pre>{@code
 * @Retention(RUNTIME)
 * @Target(METHOD)
 * @SipMethod("BENOTIFY")
 * @interface Benotify {}
 * }</pre>
 */
@Target(ElementType.ANNOTATION_TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface SipMethod {
    /** {@return the SIP method; empty for any} */
    String value();
}
