// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

/**
 * Names of the servlet API in the spelling of before and after it moved to Jakarta: an archive that was translated may put the old one
 * together at run time, and what an operator gives it may have either. Stateless.
 */
final class EitherName {
    private static final String OLD = "javax.servlet.";
    private static final String NEW = "jakarta.servlet.";

    private EitherName() {}

    /** The other spelling; the name itself if it has only one. */
    static String other(String name) {
        if (name.startsWith(OLD)) {
            return NEW + name.substring(OLD.length());
        }
        return name.startsWith(NEW) ? OLD + name.substring(NEW.length()) : name;
    }
}
