// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.trapezoid.http.HttpServer;

/** All wiring of a server, by constructors. Started and stopped once. */
final class Assembly {

    private final ServerConfig config;
    private final HttpServer http;

    Assembly(ServerConfig config) {
        this.config = config;
        this.http = new HttpServer(config.http().map(address -> new InetSocketAddress(address.host(), address.port())));
    }

    static List<String> check(ServerConfig config) {
        return List.of();
    }

    void start() throws IOException {
        http.start();
    }

    void stop() {
        try {
            http.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    OptionalInt port(String protocol) {
        return switch (protocol) {
            case "http" -> http.port();
            default -> OptionalInt.empty();
        };
    }

    List<String> endpoints() {
        List<String> endpoints = new ArrayList<>();
        config.http()
                .ifPresent(address -> endpoints.add(
                        "http " + address.host() + ":" + http.port().orElse(address.port())));
        return endpoints;
    }

    List<String> applications() {
        return List.of();
    }
}
