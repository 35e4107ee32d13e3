// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.testing.Rfc;

/** The example {@code presence}: one publishes, another one watches. */
@Timeout(120)
class PresenceIT {

    private static final String OPEN = "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:bob@a.test\">"
            + "<tuple id=\"t\"><status><basic>open</basic></status></tuple></presence>";

    @TempDir
    private Path base;

    @Test
    @Rfc(value = 3856, section = "6.7")
    void aWatcherIsToldWhatIsPublished() throws Exception {
        try (Site site = Site.in(base)
                        .example("presence.sar")
                        .setting("presence", "domains", "a.test")
                        .setting("presence", "notify-seconds", "0")
                        .routing("ALL", "presence")
                        .starts();
                DatagramPeer alice = new DatagramPeer(site.endpoint());
                DatagramPeer bob = new DatagramPeer(site.endpoint())) {
            alice.send(from("alice", alice.request("SUBSCRIBE", "sip:bob@a.test", "sip:bob@a.test"))
                    + "Event: presence\nExpires: 600\n");
            alice.receive(wire -> wire.status() == 200);
            Wire nothing = alice.receive(wire -> wire.name().equals("NOTIFY"));
            alice.accept(nothing);

            String publish = from("bob", bob.request("PUBLISH", "sip:bob@a.test", "sip:bob@a.test"))
                    + "Event: presence\nExpires: 600\nContent-Type: application/pidf+xml\nContent-Length: "
                    + OPEN.length() + "\n\n";
            bob.send((publish.replace("\n", "\r\n") + OPEN).getBytes(StandardCharsets.UTF_8));
            Wire taken = bob.receive(wire -> wire.status() == 200);
            Wire told = alice.receive(
                    wire -> wire.name().equals("NOTIFY") && wire.text().contains("basic"));
            alice.accept(told);

            assertThat(taken.header("SIP-ETag")).isNotEmpty();
            assertThat(nothing.text()).doesNotContain("<basic>");
            assertThat(told.text()).contains("<basic>open</basic>");
            assertThat(told.header("Subscription-State")).startsWith("active;expires=");
        }
    }

    private static String from(String user, String request) {
        return request.replace("sip:tester@tests.test", "sip:" + user + "@a.test");
    }
}
