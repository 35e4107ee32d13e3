// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Which application session has a key ({@code @SipApplicationKey}), in the whole cluster. A key belongs to one session at a time, which is
 * named by its token. No method waits; stages complete on any thread. Thread-safe.
 */
public interface SessionKeys {

    /** By what a key of an application is known here. */
    static String name(String application, String key) {
        return application + '\0' + key;
    }

    /**
     * Gives a key to a session, unless another one has it. May be repeated.
     *
     * @param former the token of a session that is known to have ended, and may have the key still; empty for none
     * @return the token of the session that has the key now. Fails when it is not known what became of it
     */
    CompletionStage<String> give(String key, String token, String former);

    /** Takes a key from a session that has ended, if that one has it. */
    void release(String key, String token);

    /** The token of the session that has the key, as far as this node was told; it hears of changes at others soon. */
    Optional<String> known(String key);

    /** Has this node told again who has a key. */
    void ask(String key);
}
