// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The rule a test holds us to. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Repeatable(Rfc.List.class)
public @interface Rfc {

    /** The number of the RFC. */
    int value();

    /** The section, as {@code "17.2.1"}. */
    String section();

    /** Several rules of one test. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface List {
        Rfc[] value();
    }
}
