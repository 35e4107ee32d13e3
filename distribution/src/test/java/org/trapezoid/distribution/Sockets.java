// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.net.InetAddress;
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
        byte[] bytes = InetAddress.getByName(endpoint.host()).getAddress();
        StringBuilder local = new StringBuilder(" ");
        for (int i = 0; i < bytes.length; i++) { // words of four bytes, the last byte of each first
            local.append(String.format(Locale.ROOT, "%02X", bytes[i / 4 * 4 + 3 - i % 4]));
        }
        local.append(String.format(Locale.ROOT, ":%04X ", endpoint.port()));
        String table = (tcp ? "tcp" : "udp") + (bytes.length == 4 ? "" : "6");
        try (Stream<String> lines = Files.lines(network.resolve(table))) {
            return lines.anyMatch(line -> line.contains(local));
        }
    }
}
