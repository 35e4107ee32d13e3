// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.message.Request;

/** What a proxy keeps of the dialog that its session passes on. Confined to the strand of the session. */
public final class ProxiedDialog {

    /**
     * What the 2xx of a record-routed call said of its dialog.
     *
     * @param calleeContact where the callee is
     * @param recordRoutes as the 2xx carried them
     */
    public record Accepted(String calleeContact, List<String> recordRoutes) {}

    private record SeenAck(String fromTag, String toTag, long cseq) {

        boolean isOfSameDirection(SeenAck other) {
            return fromTag.equals(other.fromTag) && toTag.equals(other.toTag);
        }
    }

    private @Nullable String calleeTag;
    private @Nullable Accepted accepted;
    private List<SeenAck> seenAcks = List.of(); // the last one in each direction of each dialog
    private long callerCSeq;
    private long calleeCSeq;

    /** The callee's tag; one request may make several dialogs (RFC 3261 §16.7 step 5). */
    public Optional<String> calleeTag() {
        return Optional.ofNullable(calleeTag);
    }

    public void calleeTag(String tag) {
        calleeTag = tag;
    }

    boolean isTo(String tag) {
        return tag.equals(calleeTag);
    }

    /** The 2xx of a record-routed call, once it has passed. */
    public Optional<Accepted> accepted() {
        return Optional.ofNullable(accepted);
    }

    public void accepted(Accepted success) {
        accepted = success;
    }

    /** A request in the dialog passes. */
    public void passes(Request request, boolean ofCaller) {
        if (ofCaller) {
            callerCSeq = request.cseq().number();
        } else {
            calleeCSeq = request.cseq().number();
        }
    }

    /** The last number of the caller in the dialog, 0 before its first request there. */
    public long callerCSeq() {
        return callerCSeq;
    }

    public long calleeCSeq() {
        return calleeCSeq;
    }

    /** Whether an ACK is there for the first time: its sender repeats it for each repeated 2xx. */
    public boolean isFirst(Request ack) {
        SeenAck seen = new SeenAck(
                ack.fromTag().orElse(""), ack.toTag().orElse(""), ack.cseq().number());
        for (SeenAck each : seenAcks) {
            if (each.isOfSameDirection(seen)) {
                if (seen.cseq <= each.cseq) {
                    return false;
                }
                seenAcks.remove(each);
                seenAcks.add(seen);
                return true;
            }
        }
        if (seenAcks.isEmpty()) {
            seenAcks = new ArrayList<>(1);
        }
        seenAcks.add(seen);
        return true;
    }
}
