// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

/** How an application asked its new request to be routed (JSR 289 §15.9.1). */
public enum Directive {
    /** A fresh selection: neither region nor state of an earlier one counts. */
    NEW,
    /** The chain goes on behind the application that sends. */
    CONTINUE,
    /** As {@link #CONTINUE}, but for the other party: originating becomes terminating and the other way round. */
    REVERSE
}
