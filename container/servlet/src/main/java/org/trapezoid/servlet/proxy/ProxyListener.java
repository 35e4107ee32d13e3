// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/**
 * Upward from a {@link ProxyCore}, in the core section. The answer true says that an application is to see the message first; when it
 * has, the listener calls {@link ProxyCore#forward} or {@link ProxyCore#callbackDone}, in the core section too.
 */
public interface ProxyListener {
    /** For calls without an application: nobody looks. */
    ProxyListener NONE = new ProxyListener() {};

    /** A provisional response; then {@link ProxyCore#forward}. */
    default boolean onProvisional(ProxyBranch branch, Response response) {
        return false;
    }

    /** A final response other than a 2xx of one branch; then {@link ProxyCore#callbackDone}. New branches may be started before. */
    default boolean onBranchFinal(ProxyBranch branch, Response response) {
        return false;
    }

    /**
     * A 2xx, or the best response when all branches ended; then {@link ProxyCore#forward}. New branches started before replace it.
     */
    default boolean onFinal(ProxyBranch branch, Response response) {
        return false;
    }

    /** The caller gave up; all branches are being cancelled. */
    default void onCancel(Request cancel) {}

    /** No final response in time; the branch is being cancelled. */
    default void onTimeout(ProxyBranch branch) {}

    /** A final response went upstream and no branch is under way. */
    default void onComplete() {}

    /** Who hears of the 2xx to an INVITE that come after that; kept for half a minute, so it is small and keeps no session. */
    default Late late() {
        return Late.NONE;
    }

    /** Upward, when the proxy is complete: the listener gets nothing any more. In the core section. */
    interface Late {
        Late NONE = (branch, response) -> false;

        /**
         * The 2xx of one more callee.
         *
         * @param branch which of {@link ProxyCore#branches} it came on
         * @return whether it was given to the proxy with {@link ProxyCore#onLateSuccess}; else it is just forwarded
         */
        boolean onSuccess(int branch, Response response);
    }
}
