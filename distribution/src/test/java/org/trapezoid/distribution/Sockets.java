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
        String[] bytes = endpoint.host().split("\\.");
        StringBuilder local = new StringBuilder(" ");
        for (int i = bytes.length - 1; i >= 0; i--) {
            local.append(String.format(Locale.ROOT, "%02X", Integer.parseInt(bytes[i])));
        }
        local.append(String.format(Locale.ROOT, ":%04X ", endpoint.port()));
        try (Stream<String> lines = Files.lines(Path.of(tcp ? "/proc/net/tcp" : "/proc/net/udp"))) {
            return lines.anyMatch(line -> line.contains(local));
        }
    }
}
