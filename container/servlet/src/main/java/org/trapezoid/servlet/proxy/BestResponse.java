// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.List;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Response;

/** Chooses among final responses, RFC 3261 §16.7 steps 6 and 7. Stateless. */
final class BestResponse {

    private BestResponse() {}

    /** The place of the best one; the earliest among equals. There is at least one. */
    static int indexOf(List<Response> finals) {
        int best = 0;
        for (int i = 1; i < finals.size(); i++) {
            if (rank(finals.get(i)) < rank(finals.get(best))) {
                best = i;
            }
        }
        return best;
    }

    /** The best one as it goes upstream: with everybody's challenges, and no 503, which would speak about us. */
    static Response asForwarded(Response best, List<Response> finals) {
        if (best.status() == 503) {
            return best.toBuilder().status(500, "Server Internal Error").build();
        }
        return isChallenge(best) && finals.size() > 1 ? withAllChallenges(best, finals) : best;
    }

    /** Lower is better: 6xx, then the lowest class, and in it what tells the caller how to do better. */
    private static int rank(Response response) {
        return switch (response.statusClass()) {
            case GLOBAL_FAILURE -> 0;
            case PROVISIONAL, SUCCESS ->
                throw new IllegalArgumentException(response.status() + " does not compete; it is forwarded at once");
            case REDIRECTION -> 3000;
            case CLIENT_ERROR -> 4000 + inClass(response.status());
            case SERVER_ERROR -> 5000 + inClass(response.status());
        };
    }

    private static int inClass(int status) {
        return switch (status) {
            case 401, 407 -> 0;
            case 415, 420, 484 -> 1;
            case 408, 487, 503 -> 3; // says nothing about the callee
            default -> 2;
        };
    }

    private static boolean isChallenge(Response response) {
        return response.status() == 401 || response.status() == 407;
    }

    private static Response withAllChallenges(Response best, List<Response> finals) {
        Response.Builder builder = best.toBuilder();
        for (Response other : finals) {
            if (other != best && isChallenge(other)) {
                copy(other, HeaderName.WWW_AUTHENTICATE, builder);
                copy(other, HeaderName.PROXY_AUTHENTICATE, builder);
            }
        }
        return builder.build();
    }

    private static void copy(Response from, HeaderName name, Response.Builder to) {
        for (String challenge : from.headers().all(name)) {
            to.add(name, challenge);
        }
    }
}
