// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.uri.ForbiddenRanges;
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
    private boolean searching;
    private long searchStart; // when searching

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

    /** Makes branches to them, but for those that were targets before (RFC 3261 §16.5). */
    List<ProxyBranch> create(List<? extends Uri> uris, ProxyCore core) {
        List<ProxyBranch> created = new ArrayList<>(uris.size());
        for (Uri uri : uris) {
            if (!contains(uri)) {
                ProxyBranch branch = new ProxyBranch(core, uri, settings.copy(), ForbiddenRanges.NONE);
                branches.add(branch);
                created.add(branch);
            }
        }
        return created;
    }

    List<SavedBranch> saved() {
        List<SavedBranch> saved = new ArrayList<>(branches.size());
        for (ProxyBranch branch : branches) {
            int redirector = branch.redirectedBy().map(branches::indexOf).orElse(-1);
            saved.add(branch.saved(redirector, waiting.contains(branch)));
        }
        return saved;
    }

    /** Makes the branches again; then {@link #resume} goes on with them. */
    void restore(List<SavedBranch> saved, ProxyCore core) {
        for (SavedBranch each : saved) {
            ProxyBranch branch = ProxyBranch.restored(each, core);
            branches.add(branch);
            if (each.waits()) {
                waiting.add(branch);
            }
        }
        for (int i = 0; i < saved.size(); i++) {
            redirections(saved, i);
        }
    }

    private void redirections(List<SavedBranch> saved, int redirector) {
        List<ProxyBranch> redirected = new ArrayList<>();
        for (int i = 0; i < saved.size(); i++) {
            if (saved.get(i).redirector() == redirector) {
                redirected.add(branches.get(i));
            }
        }
        if (!redirected.isEmpty()) {
            branches.get(redirector).recursed(redirected);
        }
    }

    void resume(List<SavedBranch> saved) {
        for (int i = 0; i < saved.size(); i++) {
            branches.get(i).resume(saved.get(i));
        }
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

    /** When the time of a branch that starts now began: with the whole search, if it is parallel. */
    long searchStart(ProxySettings of, long now) {
        if (!settings.parallel()) {
            return now;
        }
        if (!searching
                || now - searchStart >= of.timeout().orElse(Duration.ZERO).toNanos()) {
            searching = true;
            searchStart = now;
        }
        return searchStart;
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

    /** What is left of the branches forwards late 2xx. */
    void release(ServerTransaction upstream, ProxyListener.Late late) {
        for (int i = 0; i < branches.size(); i++) {
            branches.get(i).release(upstream, late, i);
        }
    }
}
