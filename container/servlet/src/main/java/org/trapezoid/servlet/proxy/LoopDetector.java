// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.List;
import java.util.Optional;
import org.trapezoid.servlet.router.Region;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Request;

/**
 * Knows a request that comes back unchanged, RFC 5393 §4.2: the last part of our branch is a hash of everything that decides
 * where a request goes; a spiral has another one. Thread-safe.
 */
public final class LoopDetector {
    private static final long PRIME = 0x100000001b3L; // FNV-1a
    private static final char SEPARATOR = '.';

    private final long seed;

    /** @param seed random per server, so that no other server's branch carries our hash */
    public LoopDetector(long seed) {
        this.seed = seed;
    }

    /** What the branch of the forwarded request ends with: a separator, which no other part of a branch has, and the hash. */
    String branchPart(Request request, RoutingState state) {
        long hash = mix(seed, request.uriText());
        hash = mix(hash, request, HeaderName.ROUTE);
        hash = mix(hash, request, HeaderName.PROXY_REQUIRE);
        hash = mix(hash, request, HeaderName.PROXY_AUTHORIZATION);
        // applications in one container follow each other with an unchanged request
        hash = mix(hash, state.application().orElse(""));
        hash = mix(hash, state.region().map(Region::label).orElse(""));
        if (state.stateInfo().isPresent() && state.stateInfo().get() instanceof Number place) {
            hash = mix(hash, Long.toString(place.longValue()));
        }
        return SEPARATOR + Long.toHexString(hash);
    }

    /** Whether a Via of the request has the same part. */
    boolean isLoop(Request request, String branchPart) {
        if (request.viaCount() == 1) {
            return carries(request.topVia(), branchPart);
        }
        for (String value : request.headers().values(HeaderName.VIA)) {
            if (value.contains(branchPart) && carries(Via.parse(value), branchPart)) {
                return true;
            }
        }
        return false;
    }

    private static boolean carries(Via via, String branchPart) {
        Optional<String> branch = via.branch();
        return branch.isPresent() && branch.get().endsWith(branchPart);
    }

    private static long mix(long hash, Request request, HeaderName name) {
        if (!request.headers().has(name)) {
            return mix(hash, "");
        }
        long mixed = hash;
        List<String> values = request.headers().all(name);
        for (int i = 0; i < values.size(); i++) {
            mixed = mix(mixed, values.get(i));
        }
        return mixed;
    }

    private static long mix(long hash, String text) {
        long mixed = hash;
        for (int i = 0; i < text.length(); i++) {
            mixed = (mixed ^ text.charAt(i)) * PRIME;
        }
        return (mixed ^ 0xffff) * PRIME; // ends the field
    }
}
