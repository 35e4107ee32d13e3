// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** A Kamailio as the edge proxy of a server: phones talk to it alone; it adds Path and Record-Route. */
final class Kamailio implements AutoCloseable {

    private final Endpoint endpoint;
    private final Child process;

    private Kamailio(Endpoint endpoint, Child process) {
        this.endpoint = endpoint;
        this.process = process;
    }

    static Kamailio before(Path directory, Endpoint server) throws IOException {
        Endpoint endpoint = Endpoint.free();
        Path configuration = directory.resolve("kamailio.cfg");
        Files.writeString(configuration, """
                #!KAMAILIO
                debug=1
                log_stderror=yes
                fork=yes
                children=1
                auto_aliases=no
                disable_tcp=yes
                dns=no
                rev_dns=no
                listen=udp:%1$s
                loadmodule "tm.so"
                loadmodule "sl.so"
                loadmodule "rr.so"
                loadmodule "pv.so"
                loadmodule "maxfwd.so"
                loadmodule "siputils.so"
                loadmodule "textops.so"
                loadmodule "path.so"
                request_route {
                    if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
                    if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
                    if (is_method("OPTIONS") && uri == myself) { sl_send_reply("200", "OK"); exit; }
                    if (is_method("ACK") && t_check_trans()) { t_relay(); exit; }
                    if (has_totag()) { if (loose_route()) t_relay(); exit; }
                    if ($si == "%3$s") { # by a Path
                        remove_hf("Route");
                        if (is_method("INVITE")) record_route();
                        t_relay();
                        exit;
                    }
                    if (is_method("REGISTER")) add_path();
                    if (is_method("INVITE")) record_route();
                    $du = "sip:%2$s";
                    if (!t_relay()) sl_reply_error();
                }
                """.formatted(endpoint, server, server.host()));
        Kamailio edge = new Kamailio(
                endpoint,
                Child.start(
                        directory,
                        List.of(
                                Tool.KAMAILIO.command(),
                                "-f",
                                configuration.toString(),
                                "-DD",
                                "-E",
                                "-m",
                                "64",
                                "-M",
                                "8",
                                "-Y",
                                directory.toString())));
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Sockets.isBound(endpoint, false) || !edge.process.isAlive());
        assertThat(edge.process.isAlive()).as(edge.process::output).isTrue();
        return edge;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public void close() throws InterruptedException {
        process.close();
    }
}
