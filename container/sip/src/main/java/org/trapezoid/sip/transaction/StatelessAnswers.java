// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Answers without state: a retransmitted request gets the same To tag again, RFC 3261 §8.2.7. Immutable. */
final class StatelessAnswers {
    private static final long FNV_PRIME = 0x100000001b3L;

    private final long seed;

    StatelessAnswers(Identifiers identifiers) {
        this.seed = hash(0xcbf29ce484222325L, identifiers.tag());
    }

    Response.Builder answer(Request request, int status) {
        return Response.to(request, status).toTag(tag(request));
    }

    private String tag(Request request) {
        long hash = hash(seed, request.callId());
        hash = hash(hash, request.fromTag().orElse(""));
        hash = hash(hash, request.topBranch().orElse(""));
        return Long.toHexString(hash);
    }

    private static long hash(long start, String text) {
        long hash = start;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }
}
