// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
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

    private static final int CALLEE_TAG = 1;
    private static final int CONTACT = 2;
    private static final int RECORD_ROUTE = 3;
    private static final int CALLER_CSEQ = 4;
    private static final int CALLEE_CSEQ = 5;
    private static final int SEEN_ACK = 6;
    private static final int CALLER_FLOW = 7;
    private static final int CALLEE_FLOW = 8;
    private static final int FROM_TAG = 1;
    private static final int TO_TAG = 2;
    private static final int CSEQ = 3;

    void write(FieldWriter out) {
        out.text(CALLEE_TAG, calleeTag());
        accepted().ifPresent(success -> out.text(CONTACT, success.calleeContact())
                .texts(RECORD_ROUTE, success.recordRoutes()));
        out.number(CALLER_CSEQ, callerCSeq).number(CALLEE_CSEQ, calleeCSeq);
        out.text(CALLER_FLOW, flow(true)).text(CALLEE_FLOW, flow(false));
        for (SeenAck each : seenAcks) {
            out.part(SEEN_ACK, part -> part.text(FROM_TAG, each.fromTag)
                    .text(TO_TAG, each.toTag)
                    .number(CSEQ, each.cseq));
        }
    }

    void read(FieldReader in) {
        calleeTag = in.text(CALLEE_TAG).orElse(null);
        in.text(CONTACT).ifPresent(contact -> accepted = new Accepted(contact, in.texts(RECORD_ROUTE)));
        callerCSeq = in.number(CALLER_CSEQ);
        calleeCSeq = in.number(CALLEE_CSEQ);
        callerFlow = in.text(CALLER_FLOW).orElse(null);
        calleeFlow = in.text(CALLEE_FLOW).orElse(null);
        seenAcks = new ArrayList<>();
        for (FieldReader each : in.parts(SEEN_ACK)) {
            seenAcks.add(new SeenAck(
                    each.text(FROM_TAG).orElse(""), each.text(TO_TAG).orElse(""), each.number(CSEQ)));
        }
    }

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
    private @Nullable String callerFlow;
    private @Nullable String calleeFlow;

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

    /** The Route value that leads to an end which has sent something over another flow than our Record-Route names. */
    public Optional<String> flow(boolean ofCaller) {
        return Optional.ofNullable(ofCaller ? callerFlow : calleeFlow);
    }

    public void flow(boolean ofCaller, String route) {
        if (ofCaller) {
            callerFlow = route;
        } else {
            calleeFlow = route;
        }
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
