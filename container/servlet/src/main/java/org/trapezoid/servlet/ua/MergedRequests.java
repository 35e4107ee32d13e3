// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.trapezoid.sip.message.Request;

/** Requests that a user agent here is answering, so that a copy that came another way is recognised (RFC 3261 §8.2.2.2). Thread-safe. */
public final class MergedRequests {

    private record Key(String callId, String fromTag, long cseq, String method) {
        static Key of(Request request) {
            return new Key(
                    request.callId(),
                    request.fromTag().orElse(""),
                    request.cseq().number(),
                    request.cseq().method());
        }
    }

    private final Set<Key> answering = ConcurrentHashMap.newKeySet();

    /** Whether a request without To tag is a copy of one that is being answered; its transaction is another one. */
    public boolean isMerged(Request request) {
        return !answering.isEmpty() && answering.contains(Key.of(request));
    }

    void began(Request request) {
        answering.add(Key.of(request));
    }

    void ended(Request request) {
        answering.remove(Key.of(request));
    }
}
