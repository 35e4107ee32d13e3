// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.trapezoid.sip.auth.DigestAlgorithm;
import org.trapezoid.sip.testing.TestKeys;

/** A server on an address of its own, with its applications and their settings; closing it must end it in order. */
final class Site implements AutoCloseable {

    private final Endpoint endpoint = Endpoint.free();
    private final Endpoint secured = Endpoint.free();
    private final Launcher launcher;
    private Optional<Endpoint> endpoint6 = Optional.empty();
    private Optional<RunningServer> running = Optional.empty();

    private Site(Launcher launcher) {
        this.launcher = launcher;
    }

    /** Below {@code base}; it stops at once, whatever goes on. */
    static Site in(Path base) throws IOException {
        Site site = new Site(Launcher.in(Files.createDirectories(base)));
        site.launcher
                .with("TRAPEZOID_HOST", site.endpoint.host())
                .with("TRAPEZOID_SIP_PORT", String.valueOf(site.endpoint.port()))
                .with("JAVA_OPTS", "-Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        return site.replacing("<sip>", "<sip stop-timeout=\"100ms\">");
    }

    /** The same with registrar and proxy for the subscribers of a domain. */
    static Site serving(Path base, String domain) throws IOException {
        return in(base).sample("registrar")
                .sample("proxy")
                .setting("registrar", "domains", domain)
                .setting("proxy", "domains", domain);
    }

    /** Requests for {@code domain} go to {@code to}. */
    Site route(String domain, Endpoint to) throws IOException {
        return route(domain, "sip:" + to);
    }

    /** The same over a transport. */
    Site route(String domain, Endpoint to, Protocol protocol) throws IOException {
        return route(domain, "sip:" + to + ";transport=" + protocol.parameter());
    }

    private Site route(String domain, String uri) throws IOException {
        return replacing("  </sip>", "    <route domain=\"" + domain + "\" to=\"" + uri + "\"/>\n  </sip>");
    }

    /** Opens a TLS port, and trusts what {@code trust} holds. */
    Site secured(Path keys, Path trust) throws IOException {
        String listener = "<listener transport=\"tls\" host=\"%s\" port=\"%d\" key-store=\"%s\" password=\"%s\"/>"
                .formatted(secured.host(), secured.port(), keys, TestKeys.PASSWORD);
        return replacing("<listener transport=\"udp\"", listener + "\n    <listener transport=\"udp\"")
                .replacing("  </sip>", "    <tls trust-store=\"" + trust + "\"/>\n  </sip>");
    }

    /** Listens on ::1 too. */
    Site dualStack() throws IOException {
        Endpoint free = Endpoint.free6();
        endpoint6 = Optional.of(free);
        String listener = "<listener transport=\"%s\" host=\"::1\" port=\"" + free.port() + "\"/>\n    ";
        return replacing("<!-- <name>", listener.formatted("udp") + listener.formatted("tcp") + "<!-- <name>");
    }

    /** Speaks HTTPS and WSS too, as the variables of the shipped configuration say. */
    Site https(Path keys) {
        launcher.with("TRAPEZOID_HTTPS_PORT", "0")
                .with("TRAPEZOID_KEY_STORE", keys.toString())
                .with("TRAPEZOID_KEY_STORE_PASSWORD", TestKeys.PASSWORD);
        return this;
    }

    /** Opens a TLS port with a certificate for a domain and for its address, and trusts the authority of the keys. */
    Site secured(Keys keys, String domain) throws IOException {
        return secured(keys.store(domain, "uri:sip:" + domain + ",ip:" + secured.host()), keys.trust());
    }

    /** Tells peers another address than its own, that of a tap. */
    Site advertising(Endpoint address) {
        launcher.with("TRAPEZOID_ADVERTISE", address.toString());
        return this;
    }

    /** Makes it a node of a cluster, at an address for the other nodes. */
    Site node(String name, Endpoint address, List<Endpoint> members) {
        launcher.with("TRAPEZOID_NODE", name)
                .with("TRAPEZOID_CLUSTER_NAME", "tests")
                .with("TRAPEZOID_CLUSTER_SECRET", "no secret to speak of")
                .with("TRAPEZOID_CLUSTER_HOST", address.host())
                .with("TRAPEZOID_CLUSTER_PORT", String.valueOf(address.port()))
                .with(
                        "TRAPEZOID_CLUSTER_MEMBERS",
                        members.stream().map(Endpoint::toString).collect(Collectors.joining(" ")));
        return this;
    }

    /** Ends it as {@code kill -9} does. */
    void kill() throws InterruptedException {
        server().kill();
        running = Optional.empty();
    }

    private Site replacing(String text, String with) throws IOException {
        Path file = launcher.base().resolve("conf/trapezoid.xml");
        String before = Files.readString(file);
        assertThat(before).contains(text);
        Files.writeString(file, before.replace(text, with));
        return this;
    }

    /** Deploys one of the sample applications. */
    Site sample(String name) throws IOException {
        Path sar = Path.of(System.getProperty("trapezoid.samples", "../sample-apps"), name, "target", name + ".sar");
        Files.copy(sar, deploy().resolve(name + ".sar"));
        return this;
    }

    /** Deploys one of the applications that the distribution has in {@code examples}. */
    Site example(String file) throws IOException {
        Path examples = Path.of(System.getProperty("trapezoid.distribution", "target/trapezoid"), "examples");
        Files.copy(examples.resolve(file), deploy().resolve(file));
        return this;
    }

    /** Deploys an application of the tests. */
    Site application(String name, Class<?> servlet) throws IOException {
        Sar.write(deploy(), name, servlet);
        return this;
    }

    /** Sets a context parameter of an application. */
    Site setting(String application, String parameter, String value) throws IOException {
        Path directory = Files.createDirectories(launcher.base().resolve("conf/apps"));
        Files.writeString(
                directory.resolve(application + ".properties"),
                parameter + "=" + value + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        return this;
    }

    /** Gives the initial requests of a method, or of {@code ALL}, to one application, and no others to any. */
    Site routing(String method, String application) throws IOException {
        return file(
                "conf/dar.properties",
                method + ": (\"" + application + "\", \"DAR:From\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"0\")\n");
    }

    /** Gives calls and the like to one application and then to the proxy, registrations to the registrar. */
    Site routingBeforeProxy(String application) throws IOException {
        return file(
                "conf/dar.properties",
                "REGISTER: (\"registrar\", \"DAR:From\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"0\")\n"
                        + "ALL: (\"" + application + "\", \"DAR:To\", \"TERMINATING\", \"\", \"NO_ROUTE\", \"0\"),"
                        + " (\"proxy\", \"DAR:From\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"1\")\n");
    }

    /** Writes a file below the base. */
    Site file(String path, String content) throws IOException {
        Files.writeString(launcher.base().resolve(path), content);
        return this;
    }

    /** Adds users whose hashes are MD5 alone, as phones of today need it. */
    Site users(String realm, String password, String... names) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String name : names) {
            lines.append(name).append('@').append(realm).append("=MD5:");
            lines.append(DigestAlgorithm.MD5.ha1(name, realm, password)).append('\n');
        }
        return file("conf/users.properties", lines.toString());
    }

    /** Runs a command of the launcher, which must do what it is told. */
    void runs(String... command) throws IOException, InterruptedException {
        Launcher.Outcome outcome = launcher.run(command);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    Path deploy() {
        return launcher.base().resolve("deploy");
    }

    /** A file below the base. */
    Path path(String path) {
        return launcher.base().resolve(path);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Where it is on IPv6, if it is {@link #dualStack()}. */
    Endpoint endpoint6() {
        return endpoint6.orElseThrow();
    }

    /** The TLS port of a site that is {@link #secured(Path, Path)}. */
    Endpoint secured() {
        return secured;
    }

    /** Where it listens for a protocol. */
    Endpoint endpoint(Protocol protocol) {
        return protocol == Protocol.TLS ? secured : endpoint;
    }

    Site starts() throws IOException {
        running = Optional.of(launcher.start());
        assertThat(server().port("udp")).isEqualTo(endpoint.port());
        assertThat(server().port("tcp")).isEqualTo(endpoint.port());
        return this;
    }

    boolean isRunning() {
        return running.isPresent();
    }

    RunningServer server() {
        return running.orElseThrow();
    }

    @Override
    public void close() throws InterruptedException {
        if (running.isPresent()) {
            try (RunningServer server = running.get()) {
                assertThat(server.terminate())
                        .as(() -> String.join("\n", server.output()))
                        .isZero();
            }
        }
    }
}
