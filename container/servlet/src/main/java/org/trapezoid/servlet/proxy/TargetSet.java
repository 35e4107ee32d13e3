// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.trapezoid.sip.uri.Uri;

/**
 * The targets of one request, RFC 3261 §16.5: which were called, which are, and which wait for their turn. Confined to its
 * strand.
 */
final class TargetSet {
    private final ProxySettings settings;
    private final Breadth breadth;
    private final List<ProxyBranch> branches = new ArrayList<>(1);
    private final Deque<ProxyBranch> waiting = new ArrayDeque<>(1);

    TargetSet(ProxySettings settings, Breadth breadth) {
        this.settings = settings;
        this.breadth = breadth;
    }

    /** In the order they were made. */
    List<ProxyBranch> branches() {
        return Collections.unmodifiableList(branches);
    }

    boolean contains(Uri target) {
        for (ProxyBranch branch : branches) {
            if (branch.target().equals(target)) {
                return true;
            }
        }
        return false;
    }

    void add(ProxyBranch branch) {
        branches.add(branch);
    }

    /** One whose turn has not come yet. */
    void await(ProxyBranch branch) {
        waiting.add(branch);
    }

    boolean isWaiting(ProxyBranch branch) {
        return waiting.contains(branch);
    }

    /** Targets of a redirection: their turn is before that of others. */
    void addFirst(List<ProxyBranch> recursed) {
        branches.addAll(recursed);
        for (int i = recursed.size() - 1; i >= 0; i--) {
            waiting.addFirst(recursed.get(i));
        }
    }

    /**
     * Puts the branches not started yet in line.
     *
     * @throws InsufficientBreadth if they can never all have their turn
     */
    void enqueueUnstarted() {
        List<ProxyBranch> unstarted = new ArrayList<>(branches.size());
        for (ProxyBranch branch : branches) {
            if (branch.isUnstarted() && !waiting.contains(branch)) {
                unstarted.add(branch);
            }
        }
        // in a sequence the next one gets the breadth of the one before
        int atOnce = settings.parallel() ? unstarted.size() : holdsNext() ? 0 : Math.min(1, unstarted.size());
        if (atOnce > breadth.available()) {
            throw new InsufficientBreadth(unstarted.size(), breadth.available());
        }
        waiting.addAll(unstarted);
    }

    /** Starts those whose turn it is: all, or the next one when nobody holds it up. */
    void startNext() {
        if (settings.parallel()) {
            int count = Math.min(waiting.size(), breadth.available());
            int share = count == 0 ? 0 : breadth.share(count);
            for (int i = 0; i < count; i++) {
                start(waiting.remove(), share);
            }
        } else if (!waiting.isEmpty() && !holdsNext() && breadth.available() > 0) {
            start(waiting.remove(), breadth.share(1));
        }
    }

    private void start(ProxyBranch branch, int share) {
        breadth.take(share);
        branch.start(share);
    }

    private boolean holdsNext() {
        for (ProxyBranch branch : branches) {
            if (branch.holdsNext()) {
                return true;
            }
        }
        return false;
    }

    /** Whether a branch is without a final response. */
    boolean isPending() {
        for (ProxyBranch branch : branches) {
            if (branch.isPending()) {
                return true;
            }
        }
        return false;
    }

    boolean isWaiting() {
        return !waiting.isEmpty();
    }

    /** It lost its turn. */
    void remove(ProxyBranch branch) {
        waiting.remove(branch);
    }

    /** Nobody gets a turn any more. */
    void endWaiting() {
        waiting.clear();
    }

    /** Nobody gets a turn any more, and who is being called is cancelled. */
    void cancelAll(List<String> reasons) {
        endWaiting();
        for (int i = 0; i < branches.size(); i++) {
            branches.get(i).abort(reasons);
        }
    }
}
