// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.time.Duration;
import java.util.Optional;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.servlet.snapshot.Messages;
import org.trapezoid.servlet.snapshot.Transactions;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.OutgoingRequest;
import org.trapezoid.sip.uri.ForbiddenRanges;
import org.trapezoid.sip.uri.Uri;

/**
 * A branch as it is written down, without what a redirection of its own has made. An immutable value.
 *
 * @param timeLeft of its timeout, if it has one
 * @param edited what the application has it send in place of the original
 * @param redirector which branch was redirected to it, -1 for none
 * @param waits whether its turn has not come yet
 */
record SavedBranch(
        Uri target,
        ProxyBranch.State state,
        int breadth,
        boolean timedOut,
        boolean cancelled,
        Optional<Duration> timeLeft,
        ForbiddenRanges forbidden,
        Optional<Uri> laterFlow,
        ProxySettings settings,
        Optional<OutgoingRequest.Memento> sent,
        Optional<Response> response,
        Optional<Request> edited,
        int redirector,
        boolean waits) {

    private static final int TARGET = 1;
    private static final int STATE = 2;
    private static final int OUTGOING = 3;
    private static final int RESPONSE = 4;
    private static final int BREADTH = 5;
    private static final int TIMED_OUT = 6;
    private static final int CANCELLED = 7;
    private static final int TIME_LEFT = 8;
    private static final int EDITED = 9;
    private static final int REDIRECTED_BY = 10;
    private static final int FORBIDDEN = 11;
    private static final int NEXT_FLOW = 12;
    private static final int SETTINGS = 13;
    private static final int WAITS = 20;

    /** @param common the settings of its proxy; a branch has the same unless it was given others */
    void write(FieldWriter out, ProxySettings common) {
        out.text(TARGET, target.toString())
                .text(STATE, state.name())
                .number(BREADTH, breadth)
                .flag(TIMED_OUT, timedOut)
                .flag(CANCELLED, cancelled)
                .number(REDIRECTED_BY, redirector + 1)
                .texts(FORBIDDEN, forbidden.texts())
                .text(NEXT_FLOW, laterFlow.map(Uri::toString));
        if (!settings.isLike(common)) {
            out.part(SETTINGS, settings::write);
        }
        timeLeft.ifPresent(left -> out.number(TIME_LEFT, left.toMillis() + 1));
        sent.ifPresent(transaction -> out.part(OUTGOING, part -> Transactions.write(transaction, part)));
        response.ifPresent(last -> out.bytes(RESPONSE, Messages.bytes(last)));
        edited.ifPresent(request -> Messages.write(out, EDITED, request));
        out.flag(WAITS, waits);
    }

    /** @param common as it was written with */
    static SavedBranch read(FieldReader in, ProxySettings common) {
        ProxySettings settings = common.copy();
        in.part(SETTINGS).ifPresent(settings::read);
        return new SavedBranch(
                Uri.parse(in.requiredText(TARGET)),
                ProxyBranch.State.valueOf(in.requiredText(STATE)),
                (int) in.number(BREADTH),
                in.flag(TIMED_OUT),
                in.flag(CANCELLED),
                in.number(TIME_LEFT) > 0 ? Optional.of(in.left(TIME_LEFT)) : Optional.empty(),
                ForbiddenRanges.parse(in.texts(FORBIDDEN)),
                in.text(NEXT_FLOW).map(Uri::parse),
                settings,
                in.part(OUTGOING).map(Transactions::client),
                in.bytes(RESPONSE).map(Messages::response),
                Messages.ifRequest(in, EDITED),
                (int) in.number(REDIRECTED_BY) - 1,
                in.flag(WAITS));
    }
}
