// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.message.Response;

/** The final responses of one proxied request that compete with each other, RFC 3261 §16.7. Confined to its strand. */
final class ResponseContext {
    private List<Response> finals = List.of();
    private List<Optional<ProxyBranch>> branches = List.of();

    /** The response to be forwarded and the branch it came from; none when the application made it. */
    record Best(Optional<ProxyBranch> branch, Response response) {}

    void offer(ProxyBranch branch, Response response) {
        offer(Optional.of(branch), response);
    }

    /** The application's own answer competes like that of one more branch. */
    void offerOwn(Response response) {
        offer(Optional.empty(), response);
    }

    private void offer(Optional<ProxyBranch> branch, Response response) {
        if (finals.isEmpty()) { // most calls succeed
            finals = new ArrayList<>(1);
            branches = new ArrayList<>(1);
        }
        finals.add(response);
        branches.add(branch);
    }

    /** @param all the branches of the proxy, by which each one is numbered */
    List<SavedProxy.Final> saved(List<ProxyBranch> all) {
        List<SavedProxy.Final> saved = new ArrayList<>(finals.size());
        for (int i = 0; i < finals.size(); i++) {
            saved.add(new SavedProxy.Final(branches.get(i).map(all::indexOf).orElse(-1), finals.get(i)));
        }
        return saved;
    }

    void restore(List<SavedProxy.Final> saved, List<ProxyBranch> all) {
        for (SavedProxy.Final each : saved) {
            offer(each.branch() < 0 ? Optional.empty() : Optional.of(all.get(each.branch())), each.response());
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
