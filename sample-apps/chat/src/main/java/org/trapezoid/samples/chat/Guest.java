// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.chat;

import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipServletResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Somebody who chats on pages; an attribute of an application session whose key is the name. All of it is confined to the callbacks
 * and tasks of that session, which never overlap: so there is no lock.
 */
final class Guest {
    private static final int MOST_PAGES = 5;
    private static final int MOST_WAITING = 50;
    private static final int MOST_UNANSWERED = 20;

    /** What is sent to somebody. */
    record Outgoing(Page page, String number, String to, String text) {}

    private record Waiting(String from, String text, Instant until) {}

    /** What is around guests. */
    interface Post {
        /** Where a guest of this name is. */
        String address(String name);

        /** Whether there is room for one more. */
        boolean admits(Guest guest);

        /** Sends a message; its outcome comes by {@link #answered}. */
        void send(Guest from, Outgoing message);
    }

    private final SipApplicationSession session;
    private final InstantSource time;
    private final Post post;
    private final int minutesAway;
    private final List<Page> pages = new ArrayList<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Map<String, Deque<Outgoing>> unanswered = new HashMap<>();
    private String address = "";
    private String key = "";

    /** @param minutesAway how long its name and its messages are kept when it has no page */
    Guest(SipApplicationSession session, InstantSource time, Post post, int minutesAway) {
        this.session = session;
        this.time = time;
        this.post = post;
        this.minutesAway = minutesAway;
    }

    SipApplicationSession session() {
        return session;
    }

    /** The SIP address; empty as long as nobody has taken the name. */
    String address() {
        return address;
    }

    boolean isKnown() {
        return !address.isEmpty();
    }

    // ---- pages

    /** The name is taken, or taken up again: who has the key has the name. */
    void opens(Page page, String name, String itsKey) {
        boolean mayBe = !isKnown()
                || MessageDigest.isEqual(key.getBytes(StandardCharsets.UTF_8), itsKey.getBytes(StandardCharsets.UTF_8));
        if (!mayBe || pages.size() >= MOST_PAGES) {
            page.shows("refused", mayBe ? "too many pages" : "the name is taken");
            page.closes();
            return;
        }
        if (!isKnown() && !post.admits(this)) {
            page.shows("refused", "too many guests");
            page.closes();
            return;
        }
        if (!isKnown()) {
            address = post.address(name);
            key = itsKey;
            session.setInvalidateWhenReady(false); // it outlives its messages
        }
        session.setExpires(0); // never, as long as there is a page
        pages.add(page);
        page.shows("you", address);
        expire();
        waiting.forEach(each -> page.shows("message", each.from(), each.text()));
        waiting.clear();
    }

    void closes(Page page) {
        if (pages.remove(page) && pages.isEmpty()) {
            session.setExpires(minutesAway);
        }
    }

    // ---- messages to it

    /**
     * The status of the answer (RFC 3428 §7): 200 when a page has it, 202 when it waits for one.
     *
     * @param seconds how long it may wait; negative: as long as the guest is known
     */
    int receives(String from, String text, int seconds) {
        if (!isKnown()) {
            return SipServletResponse.SC_NOT_FOUND;
        }
        if (!pages.isEmpty()) {
            pages.forEach(page -> page.shows("message", from, text));
            return SipServletResponse.SC_OK;
        }
        expire();
        if (waiting.size() >= MOST_WAITING) {
            return SipServletResponse.SC_TEMPORARILY_UNAVAILABLE;
        }
        Instant until = seconds < 0 ? Instant.MAX : time.instant().plusSeconds(seconds);
        waiting.add(new Waiting(from, text, until));
        return SipServletResponse.SC_ACCEPTED;
    }

    private void expire() {
        Instant now = time.instant();
        waiting.removeIf(each -> !now.isBefore(each.until()));
    }

    // ---- messages from it

    /** To each address one after the other, so that none overtakes another. */
    void says(Outgoing message) {
        int count = 0;
        for (Deque<Outgoing> each : unanswered.values()) {
            count += each.size();
        }
        if (count >= MOST_UNANSWERED) {
            tell(message, SipServletResponse.SC_SERVICE_UNAVAILABLE);
            return;
        }
        Deque<Outgoing> before = unanswered.computeIfAbsent(message.to(), each -> new ArrayDeque<>());
        before.add(message);
        if (before.size() == 1) {
            post.send(this, message);
        }
    }

    /** The first message to an address has its final answer. */
    void answered(String to, int status) {
        Deque<Outgoing> sent = unanswered.get(to);
        if (sent == null || sent.isEmpty()) {
            return;
        }
        tell(sent.remove(), status);
        if (sent.isEmpty()) {
            unanswered.remove(to);
        } else {
            post.send(this, sent.element());
        }
    }

    private static void tell(Outgoing message, int status) {
        message.page().shows("outcome", message.number(), Integer.toString(status));
    }
}
