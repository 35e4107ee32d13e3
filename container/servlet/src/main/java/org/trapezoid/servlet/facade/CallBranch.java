// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.InviteBranch;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.UAMode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.session.Attributes;
import org.trapezoid.servlet.ua.UasCore;

/** One of the dialogs of an INVITE, at either end (JSR 359). Safe for use by any thread: enters the core section of its strand. */
final class CallBranch implements InviteBranch, BoundAttributes {

    private final SipRequest invite;
    private final Session session;
    private final @Nullable UasCore uas; // of a branch that is answered here
    private final Binding<InviteBranch> binding;
    private @Nullable SipResponse finalResponse; // in the core section
    private boolean over; // in the core section

    CallBranch(SipRequest invite, Session session, @Nullable UasCore uas) {
        this.invite = invite;
        this.session = session;
        this.uas = uas;
        this.binding =
                new Binding<>(invite.runtime(), this, new Attributes(), session.getId(), session.state()::isValid);
    }

    Optional<UasCore> uas() {
        return Optional.ofNullable(uas);
    }

    /** Its final response came or was sent. In the core section. */
    void answered(SipResponse response) {
        finalResponse = response;
        if (response.getStatus() >= 300) {
            over = true;
        }
    }

    /** The ACK for its 2xx was sent or came. In the core section. */
    void acknowledged() {
        over = true;
    }

    /** Until the ACK or an error. In the core section. */
    boolean isActive() {
        return !over && session.isValid();
    }

    @Override
    public SipSession getSession() {
        return session;
    }

    @Override
    public SipServletRequest getRequest() {
        return invite;
    }

    @Override
    public UAMode getMode() {
        return uas == null ? UAMode.UAC : UAMode.UAS;
    }

    @Override
    public @Nullable SipServletResponse getFinalResponse() {
        return session.state()
                .strand()
                .call(() -> Optional.ofNullable(finalResponse))
                .orElse(null);
    }

    @Override
    public SipServletResponse createResponse(int statusCode, @Nullable String reasonPhrase) {
        UasCore core = uas;
        if (core == null) {
            throw new IllegalStateException("cannot answer " + invite.describe() + ": the application has sent it");
        }
        return invite.answer(core, statusCode, Optional.ofNullable(reasonPhrase), session.state());
    }

    // ---- attributes

    @Override
    public Binding<InviteBranch> binding() {
        return binding;
    }
}
