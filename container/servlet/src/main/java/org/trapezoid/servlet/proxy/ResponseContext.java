// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.trapezoid.sip.message.Response;

/** The final responses of one proxied request that compete with each other, RFC 3261 §16.7. Confined to its strand. */
final class ResponseContext {
    private final List<Response> finals = new ArrayList<>(1);
    private final List<Optional<ProxyBranch>> branches = new ArrayList<>(1);

    /** The response to be forwarded and the branch it came from; none when the application made it. */
    record Best(Optional<ProxyBranch> branch, Response response) {}

    void offer(ProxyBranch branch, Response response) {
        finals.add(response);
        branches.add(Optional.of(branch));
    }

    /** The application's own answer competes like that of one more branch. */
    void offerOwn(Response response) {
        finals.add(response);
        branches.add(Optional.empty());
    }

    /** Each response with the branch it came from. */
    void forEach(BiConsumer<Optional<ProxyBranch>, Response> action) {
        for (int i = 0; i < finals.size(); i++) {
            action.accept(branches.get(i), finals.get(i));
        }
    }

    int size() {
        return finals.size();
    }

    /** Empty when no branch answered. */
    Optional<Best> best() {
        if (finals.isEmpty()) {
            return Optional.empty();
        }
        int best = BestResponse.indexOf(finals);
        return Optional.of(new Best(branches.get(best), BestResponse.asForwarded(finals.get(best), finals)));
    }
}
