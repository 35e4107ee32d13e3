// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.b2bua;

import jakarta.servlet.sip.SipApplicationSession;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How far the search for somebody who answers has come: an attribute of the application session, replaced as it goes on. Immutable.
 *
 * @param tried whom it rang or would have rung, the first one first; the last one is who is being called
 * @param unanswered whether it rang there for as long as it may, so that the leg is being cancelled
 */
record Call(List<String> tried, boolean unanswered) implements Serializable {

    private static final String ATTRIBUTE = "call";

    /** More is a loop that somebody built over several servers. */
    private static final int MOST = 5;

    Call {
        tried = List.copyOf(tried);
    }

    static Call begin() {
        return new Call(List.of(), false);
    }

    static Call of(SipApplicationSession session) {
        return session.getAttribute(ATTRIBUTE) instanceof Call call ? call : begin();
    }

    void keepIn(SipApplicationSession session) {
        session.setAttribute(ATTRIBUTE, this);
    }

    /** Whether this one may be called: nobody is called twice. */
    boolean mayTry(String who) {
        return tried.size() < MOST && !tried.contains(who);
    }

    Call trying(String who) {
        List<String> more = new ArrayList<>(tried);
        more.add(who);
        return new Call(more, false);
    }

    Call givenUp() {
        return new Call(tried, true);
    }

    /** Who is being called. */
    String callee() {
        return tried.get(tried.size() - 1);
    }

    /** Who was called by the caller. */
    String first() {
        return tried.get(0);
    }
}
