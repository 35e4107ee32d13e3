// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** What a proxy checks before it forwards, RFC 3261 §16.3; everything else in a request is none of its business. Stateless. */
final class RequestValidation {

    private RequestValidation() {}

    /** The status of the refusal; empty when the request may be forwarded. */
    static OptionalInt refusal(Request request, Set<String> proxyRequire) {
        if (request.maxForwards() == 0) {
            return OptionalInt.of(483);
        }
        return request.headers().has(HeaderName.PROXY_REQUIRE)
                        && !unsupported(request, proxyRequire).isEmpty()
                ? OptionalInt.of(420)
                : OptionalInt.empty();
    }

    /**
     * The refusal with what the caller needs to do better.
     *
     * @param minimum of the session timer, when that is too short
     */
    static Response explained(Response refusal, Request request, Set<String> proxyRequire, OptionalLong minimum) {
        return switch (refusal.status()) {
            case 420 ->
                refusal.toBuilder()
                        .set(HeaderName.UNSUPPORTED, String.join(", ", unsupported(request, proxyRequire)))
                        .build();
            case 422 ->
                refusal.toBuilder()
                        .set(HeaderName.MIN_SE, Long.toString(minimum.orElseThrow()))
                        .build();
            default -> refusal;
        };
    }

    /** The option tags in Proxy-Require that are not fulfilled here. */
    private static List<String> unsupported(Request request, Set<String> proxyRequire) {
        List<String> unsupported = new ArrayList<>(1);
        for (String tag : request.headers().values(HeaderName.PROXY_REQUIRE)) {
            if (!proxyRequire.contains(tag)) {
                unsupported.add(tag);
            }
        }
        return unsupported;
    }
}
