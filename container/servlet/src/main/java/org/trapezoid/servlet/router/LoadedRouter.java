// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.util.concurrent.Executor;

/** A router that the operator brings. Selection is thread-safe. */
public interface LoadedRouter extends ApplicationSelector {

    /** Before it is asked anything; once. */
    void init();

    /**
     * It was replaced: asked again it throws {@link RetiredException}. When nobody is in it any more, it is destroyed and the last
     * action runs.
     *
     * @param executor what destroys it
     */
    void retire(Executor executor, Runnable afterwards);
}
