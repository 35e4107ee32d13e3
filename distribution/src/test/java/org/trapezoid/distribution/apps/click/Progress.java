// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution.apps.click;

import jakarta.servlet.AsyncContext;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** What happened to a call, and the pages that watch it. Safe for use by any thread. */
final class Progress {

    private final ReentrantLock lock = new ReentrantLock();
    private final List<String> events = new ArrayList<>();
    private final List<AsyncContext> pages = new ArrayList<>();
    private boolean over;

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
            events.add(event);
            for (AsyncContext page : pages) {
                write(page, event);
            }
        } finally {
            lock.unlock();
        }
    }

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

    private static void write(AsyncContext page, String event) throws IOException {
        PrintWriter out = page.getResponse().getWriter();
        out.print("data: " + event + "\n\n");
        out.flush();
    }
}
