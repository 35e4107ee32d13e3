// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** The early dialogs of one branch, of whose end the caller is told with a 199 (RFC 6228 §6). Confined to its strand. */
final class EarlyDialogs {
    private final List<Response> last = new ArrayList<>(1); // one for each

    /** Whether the caller can be told: it knows 199, and does not demand them reliably, since we could not take the PRACK. */
    static boolean areEndedFor(Request request) {
        return request.headers().lists(HeaderName.SUPPORTED, "199")
                && !request.headers().lists(HeaderName.REQUIRE, "100rel");
    }

    void follow(Response provisional) {
        Optional<String> tag = provisional.toTag();
        last.removeIf(each -> each.toTag().equals(tag));
        if (tag.isPresent() && provisional.status() != 199) {
            last.add(provisional);
        }
    }

    /** The last responses of those whose end the caller was not told of. */
    List<Response> open() {
        return last;
    }

    /** The 199 for one that ends with its branch. */
    static Response ended(Request request, Response early, Response branchEnd) {
        return Response.to(request, 199)
                .set(HeaderName.TO, early.to().toString())
                .add(HeaderName.REASON, Reasons.of(branchEnd.status()))
                .build();
    }
}
