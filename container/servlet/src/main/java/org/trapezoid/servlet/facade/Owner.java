// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

/** What a URI or address given to an application is part of: told of each change, and asked before. */
interface Owner<T> {

    /** Nothing: a free value of the application. */
    static <T> Owner<T> none() {
        return value -> {};
    }

    /** The value was changed through the facade; throws {@link IllegalStateException} when it may not be. */
    void changed(T value);
}
