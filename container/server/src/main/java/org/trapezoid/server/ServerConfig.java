// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Everything a server is told before it starts. Immutable; validated when it is made, so that a server never starts with
 * half a configuration. {@link #builder()} and {@link #read(Path, Path)} both produce it: what a file can say, a program
 * can say.
 *
 * <pre>{@code
 * ServerConfig config = ServerConfig.builder().listen(Listener.udp(5060)).http(8080).build();
 * }</pre>
 *
 * @param sip the SIP side
 * @param http the HTTP side; empty: no HTTP port is opened
 * @param applications what is deployed and how
 * @param cluster the other nodes; empty: there are none
 */
public record ServerConfig(
        SipConfig sip, Optional<HttpConfig> http, ApplicationsConfig applications, Optional<Cluster> cluster) {

    /** An empty configuration to add to. */
    public static ServerConfigBuilder builder() {
        return new ServerConfigBuilder();
    }

    /**
     * Reads {@code trapezoid.xml}.
     *
     * @param file the file
     * @param base what relative paths in it are relative to
     * @throws ConfigException names file, line and problem of everything wrong in it
     */
    public static ServerConfig read(Path file, Path base) {
        return new XmlConfig(base, System.getenv(), System.getProperties()).read(file);
    }
}
