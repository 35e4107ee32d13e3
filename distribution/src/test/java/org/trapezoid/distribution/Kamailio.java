// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A Kamailio before or behind a server, with a configuration of {@code src/test/resources/kamailio}. */
final class Kamailio implements AutoCloseable {

    private final Endpoint endpoint = Endpoint.free();
    private final int tlsPort = Endpoint.free().port();
    private final int wsUdpPort = Endpoint.free().port();
    private final int wsTcpPort = Endpoint.free().port();
    private final Child process;

    private Kamailio(
            Path directory, String configuration, Keys keys, List<String> domains, boolean gateway, String... values)
            throws IOException {
        requireModule("tls");
        String text = read(configuration)
                .replace("@HOST@", endpoint.host())
                .replace("@PORT@", String.valueOf(endpoint.port()))
                .replace("@TLS_PORT@", String.valueOf(tlsPort))
                .replace("@WS_UDP_PORT@", String.valueOf(wsUdpPort))
                .replace("@WS_TCP_PORT@", String.valueOf(wsTcpPort))
                .replace("@PEM@", pem(keys, domains))
                .replace("@TRUST@", keys.trust().toString());
        for (int i = 0; i < values.length; i += 2) {
            text = text.replace(values[i], values[i + 1]);
        }
        Path file = Files.writeString(directory.resolve("kamailio" + endpoint.port() + ".cfg"), text);
        Path run = Files.createTempDirectory(directory, "kamailio");
        process = Child.start(
                directory,
                List.of(
                        Tool.KAMAILIO.command(),
                        "-f",
                        file.toString(),
                        "-DD",
                        "-E",
                        "-m",
                        "64",
                        "-M",
                        "8",
                        "-Y",
                        run.toString()));
        Awaiting.until("Kamailio", () -> !process.isAlive() || isReady(gateway));
        assertThat(process.isAlive()).as(process::output).isTrue();
    }

    private String pem(Keys keys, List<String> domains) {
        return keys.pem("kamailio" + endpoint.port(), endpoint, domains.toArray(String[]::new))
                .toString();
    }

    private boolean isReady(boolean gateway) throws IOException {
        return Sockets.isBound(endpoint, false)
                && Sockets.isBound(endpoint, true)
                && Sockets.isBound(endpoint(Protocol.TLS), true)
                && (!gateway || Sockets.isBound(webSocket(Protocol.TCP), true));
    }

    private static String read(String configuration) throws IOException {
        try (InputStream in = Objects.requireNonNull(
                Kamailio.class.getResourceAsStream("/kamailio/" + configuration), configuration)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The edge proxy of a server, for UDP, TCP, TLS and WebSocket. */
    static Kamailio before(Path directory, Site site, Keys keys) throws IOException {
        requireModule("websocket");
        return new Kamailio(
                directory,
                "edge.cfg",
                keys,
                List.of(),
                true,
                "@SERVER@",
                site.endpoint().toString(),
                "@SERVER_HOST@",
                site.endpoint().host(),
                "@SECURED@",
                site.secured().toString(),
                "@SECURED_HOST@",
                site.secured().host());
    }

    /**
     * A registrar and proxy, for UDP, TCP and TLS, of domains whose subscribers have all one password; requests for a domain of the
     * server go there, over the transport they came by.
     */
    static Kamailio beside(Path directory, List<String> domains, String password, Site site, String domain, Keys keys)
            throws IOException {
        return new Kamailio(
                directory,
                "registrar.cfg",
                keys,
                domains,
                false,
                "@DOMAINS@",
                String.join("|", domains).replace(".", "\\."),
                "@PASSWORD@",
                password,
                "@OTHER@",
                domain,
                "@SERVER@",
                site.endpoint().toString(),
                "@SECURED@",
                site.secured().toString());
    }

    private static void requireModule(String module) throws IOException {
        boolean installed = false;
        for (String directory : List.of("/usr/lib", "/usr/lib64", "/usr/local/lib")) {
            if (Files.isDirectory(Path.of(directory))) {
                String file = "kamailio/modules/" + module + ".so";
                try (Stream<Path> found =
                        Files.find(Path.of(directory), 4, (path, attributes) -> path.endsWith(file))) {
                    installed |= found.findAny().isPresent();
                }
            }
        }
        Tool.require(installed, "module " + module + " of kamailio", "kamailio-" + module + "-modules");
    }

    Endpoint endpoint() {
        return endpoint;
    }

    Endpoint endpoint(Protocol protocol) {
        return protocol == Protocol.TLS ? new Endpoint(endpoint.host(), tlsPort) : endpoint;
    }

    /** Where it takes WebSocket connections and goes on over a protocol. */
    Endpoint webSocket(Protocol onward) {
        return new Endpoint(endpoint.host(), onward == Protocol.UDP ? wsUdpPort : wsTcpPort);
    }

    @Override
    public void close() throws InterruptedException {
        process.close();
    }
}
