// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.cli;

import java.util.Optional;
import org.slf4j.LoggerFactory;
import org.trapezoid.http.HttpServer;
import org.trapezoid.servlet.descriptor.ArchiveReader;

/**
 * Loads, on a thread of its own, the classes the server needs after its configuration was read: half of the time of a start
 * is loading classes, and there is more than one processor. Whatever it makes is thrown away.
 */
final class Preload {

    private Preload() {}

    static void start() {
        Thread thread = new Thread(Preload::load, "preload"); // not by Threads, which has a logger
        thread.setDaemon(true);
        thread.start();
    }

    private static void load() {
        LoggerFactory.getLogger(Preload.class).debug("loading classes ahead of time");
        try {
            new HttpServer(Optional.empty()).close();
            new ArchiveReader();
        } catch (Exception e) {
            LoggerFactory.getLogger(Preload.class).debug("some classes were not loaded ahead of time", e);
        }
    }
}
