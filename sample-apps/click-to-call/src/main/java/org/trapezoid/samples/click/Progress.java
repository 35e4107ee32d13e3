// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.click;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.sip.SipApplicationSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What happened to a call, and the pages that watch it; an attribute of its application session. Safe for use by any thread: pages
 * come on those of HTTP, news on those of SIP.
 */
final class Progress {
    private static final String ATTRIBUTE = "progress";

    private final ReentrantLock lock = new ReentrantLock();
    private final List<String> events = new ArrayList<>();
    private final List<AsyncContext> pages = new ArrayList<>();
    private boolean over;

    /** Of a new call. */
    static void beginsIn(SipApplicationSession call) {
        call.setAttribute(ATTRIBUTE, new Progress());
    }

    /** Of a session, if it is that of a call. */
    static Optional<Progress> of(SipApplicationSession session) {
        return session.getAttribute(ATTRIBUTE) instanceof Progress progress ? Optional.of(progress) : Optional.empty();
    }

    /** Shows the page what happened so far, and from now on what happens. */
    void show(AsyncContext page) throws IOException {
        lock.lock();
        try {
            for (String event : events) {
                write(page, event);
            }
            if (over) {
                page.complete();
            } else {
                pages.add(page);
            }
        } finally {
            lock.unlock();
        }
    }

    void happened(String event) throws IOException {
        lock.lock();
        try {
            if (over) {
                return;
            }
            events.add(event);
            for (Iterator<AsyncContext> all = pages.iterator(); all.hasNext(); ) {
                AsyncContext page = all.next();
                if (!write(page, event)) { // the browser has gone
                    all.remove();
                    page.complete();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will happen. */
    void over() {
        lock.lock();
        try {
            over = true;
            pages.forEach(AsyncContext::complete);
            pages.clear();
        } finally {
            lock.unlock();
        }
    }

    boolean isOver() {
        lock.lock();
        try {
            return over;
        } finally {
            lock.unlock();
        }
    }

    private static boolean write(AsyncContext page, String event) throws IOException {
        PrintWriter out = page.getResponse().getWriter();
        out.print("data: " + event + "\n\n");
        out.flush();
        return !out.checkError();
    }
}
