// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The behaviours a test covers, by their ids such as {@code "T1"}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Checklist {
    String[] value();
}
