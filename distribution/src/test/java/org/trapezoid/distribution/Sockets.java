// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** What the kernel says about the sockets of this machine. */
final class Sockets {

    private Sockets() {}

    /** Whether somebody has bound it. To try by binding would be in the way of who is about to. */
    static boolean isBound(Endpoint endpoint, boolean tcp) throws IOException {
        return isBound(Path.of("/proc/net"), endpoint, tcp);
    }

    /** The same in the network of a process. */
    static boolean isBound(long process, Endpoint endpoint, boolean tcp) throws IOException {
        return isBound(Path.of("/proc", Long.toString(process), "net"), endpoint, tcp);
    }

    private static boolean isBound(Path network, Endpoint endpoint, boolean tcp) throws IOException {
        String[] bytes = endpoint.host().split("\\.");
        StringBuilder local = new StringBuilder(" ");
        for (int i = bytes.length - 1; i >= 0; i--) {
            local.append(String.format(Locale.ROOT, "%02X", Integer.parseInt(bytes[i])));
        }
        local.append(String.format(Locale.ROOT, ":%04X ", endpoint.port()));
        try (Stream<String> lines = Files.lines(network.resolve(tcp ? "tcp" : "udp"))) {
            return lines.anyMatch(line -> line.contains(local));
        }
    }
}
