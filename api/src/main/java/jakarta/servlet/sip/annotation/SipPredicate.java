// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import jakarta.servlet.sip.Predicate;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes an annotation choose POJO methods by a predicate (JSR 359), see the example of {@link
 * jakarta.servlet.sip.Predicate}.
 */
@Target(ElementType.ANNOTATION_TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface SipPredicate {
    /** {@return the class of the predicate, with a public constructor without parameters} */
    Class<? extends Predicate> value() default Predicate.class;
}
