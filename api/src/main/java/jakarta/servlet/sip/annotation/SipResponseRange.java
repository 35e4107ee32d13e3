// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes an annotation choose POJO methods by a range of status codes (JSR 359).
 *
 * <pre>{@code
 * @Retention(RUNTIME)
 * @Target(METHOD)
 * @SipResponseRange(begin = 400, end = 499)
 * @interface ClientError {}
 * }</pre>
 */
@Target(ElementType.ANNOTATION_TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface SipResponseRange {
    /** {@return the lowest status code} */
    int begin() default 100;

    /** {@return the highest status code} */
    int end() default 999;
}
