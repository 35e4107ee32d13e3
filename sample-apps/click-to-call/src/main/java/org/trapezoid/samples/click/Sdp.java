// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.click;

import java.nio.charset.StandardCharsets;

/** The one session description that this application writes itself. */
final class Sdp {

    private Sdp() {}

    /** An answer that takes none of the streams of an offer (RFC 3264 §6): for a phone whose partner did not come. */
    static byte[] refusal(byte[] offer) {
        StringBuilder answer = new StringBuilder("v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n");
        new String(offer, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("m="))
                .forEach(line -> answer.append(withoutPort(line)).append("\r\n"));
        return answer.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** {@code m=audio 4000 RTP/AVP 0} with port 0. */
    private static String withoutPort(String media) {
        int port = media.indexOf(' ');
        int rest = media.indexOf(' ', port + 1);
        return port < 0 || rest < 0 ? "m=audio 0 RTP/AVP 0" : media.substring(0, port) + " 0" + media.substring(rest);
    }
}
