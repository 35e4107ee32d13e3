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
        String sockets = """
                disable_tcp=yes
                listen=udp:%s
                """.formatted(endpoint);
        return started(directory, endpoint, sockets, server, "sip:" + server);
    }

    /**
     * The same that talks TLS with the server, on a port of its own, and demands the server's certificate.
     *
     * @param keys PEM of its key, and of its certificate for its address
     */
    static Kamailio securedBefore(Path directory, Endpoint server, Endpoint own, Path keys, Path trust)
            throws IOException {
        Tool.KAMAILIO.demands("/usr/lib", "kamailio/modules/tls.so", "kamailio-tls-modules");
        Endpoint endpoint = new Endpoint(own.host(), Endpoint.free().port());
        String sockets = """
                enable_tls=yes
                tcp_children=1
                listen=udp:%1$s
                listen=tls:%2$s
                loadmodule "tls.so"
                modparam("tls", "private_key", "%3$s")
                modparam("tls", "certificate", "%3$s")
                modparam("tls", "ca_list", "%4$s")
                modparam("tls", "verify_certificate", 1)
                modparam("tls", "require_certificate", 1)
                """.formatted(endpoint, own, keys, trust);
        return started(directory, endpoint, sockets, server, "sip:" + server + ";transport=tls");
    }

    private static Kamailio started(
            Path directory, Endpoint endpoint, String sockets, Endpoint server, String destination) throws IOException {
        Path configuration = directory.resolve("kamailio.cfg");
        Files.writeString(configuration, """
                #!KAMAILIO
                debug=1
                log_stderror=yes
                fork=yes
                children=1
                auto_aliases=no
                dns=no
                rev_dns=no
                %1$s
                loadmodule "tm.so"
                loadmodule "sl.so"
                loadmodule "rr.so"
                loadmodule "pv.so"
                loadmodule "maxfwd.so"
                loadmodule "siputils.so"
                loadmodule "textops.so"
                loadmodule "path.so"
                modparam("path", "enable_r2", 1)
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
                    $du = "%2$s";
                    if (!t_relay()) sl_reply_error();
                }
                """.formatted(sockets, destination, server.host()));
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
