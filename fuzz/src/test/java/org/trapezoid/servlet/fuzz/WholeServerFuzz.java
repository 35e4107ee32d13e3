// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import jakarta.servlet.ServletException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Coverage-guided messages in the middle of a call through a whole server. The first byte chooses the application. */
class WholeServerFuzz {
    private static final CuriousServlet.Role[] ROLES = CuriousServlet.Role.values();

    static Stream<Arguments> seeds() {
        return Stream.of("INVITE", "BYE", "CANCEL", "ACK", "PRACK", "UPDATE", "SUBSCRIBE", "REFER", "OPTIONS")
                .map(method -> ("\0" + method + " sip:bob@a.test SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKalice1\r\n"
                                + "Max-Forwards: 70\r\nFrom: <sip:alice@a.test>;tag=alice\r\nTo: <sip:bob@a.test>\r\n"
                                + "Call-ID: fuzz-1\r\nCSeq: 1 " + method + "\r\nContact: <sip:alice@198.51.100.1>\r\n"
                                + "Content-Length: 0\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1))
                .map(seed -> Arguments.of((Object) seed));
    }

    @MethodSource("seeds")
    @FuzzTest(maxExecutions = 1_000_000, maxDuration = "20m")
    void endsEveryCallWhateverIsSaidInIt(byte[] data) throws ServletException {
        if (data.length == 0) {
            return;
        }
        try (ServerFuzz server = new ServerFuzz(ROLES[Math.floorMod(data[0], ROLES.length)])) {
            server.inject(Arrays.copyOfRange(data, 1, data.length));
            server.check();
        }
    }
}
