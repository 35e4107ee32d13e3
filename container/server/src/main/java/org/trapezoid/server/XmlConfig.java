// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.trapezoid.server.ConfigChecks.parseInt;

import jakarta.xml.bind.JAXBContext;
import jakarta.xml.bind.JAXBException;
import jakarta.xml.bind.Unmarshaller;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;
import java.util.StringTokenizer;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import javax.xml.transform.sax.SAXSource;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.replication.Replication;
import org.trapezoid.sip.uri.HostPort;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.XMLReader;

/** Reads {@code trapezoid.xml}: substitution, then the schema, then binding, then {@link ServerConfig}. Used by one thread. */
final class XmlConfig {
    private static final String HAZELCAST = "hazelcast.xml";
    private static final String ADVERTISE = "TRAPEZOID_ADVERTISE";
    private static final String KEYS = "key-store and password, or certificate and key";

    private final Path base;
    private final Map<String, String> environment;
    private final Substitution substitution;
    private final Set<String> problems = new LinkedHashSet<>();
    private final IdentityHashMap<Object, Integer> lines = new IdentityHashMap<>();

    XmlConfig(Path base, Map<String, String> environment, Properties properties) {
        this.base = base;
        this.environment = environment;
        this.substitution = new Substitution(environment, properties);
    }

    /** The configuration in a file; ConfigException lists every problem. */
    ServerConfig read(Path file) {
        XmlTrapezoid root = bind(file);
        stopAtProblems();
        ServerConfigBuilder builder = ServerConfig.builder();
        sip(file, root.sip, builder);
        if (root.http != null) {
            XmlTrapezoid.Http http = root.http;
            check(file, http, () -> builder.http(http(http)));
        }
        applications(file, root.applications, builder);
        if (root.cluster != null) {
            XmlTrapezoid.Cluster cluster = root.cluster;
            check(file, cluster, () -> cluster(file, cluster).ifPresent(builder::cluster));
        }
        stopAtProblems();
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new ConfigException(ConfigException.at(file, 0, describe(e)));
        }
    }

    /** Without members there is no cluster. A file hazelcast.xml beside this one belongs to it. */
    private static Optional<Cluster> cluster(Path file, XmlTrapezoid.Cluster cluster) {
        List<String> members = words(cluster.members == null ? "" : cluster.members);
        if (members.isEmpty()) {
            return Optional.empty();
        }
        String host = given(cluster.host).orElse(Listener.DEFAULT_HOST);
        int port = number(given(cluster.port).orElse(null), Cluster.DEFAULT_PORT, "port of cluster");
        Path hazelcast = file.resolveSibling(HAZELCAST);
        return Optional.of(new Cluster(
                given(cluster.name).orElse(Cluster.DEFAULT_NAME),
                given(cluster.secret).orElse(""),
                given(cluster.node).orElse(host + ':' + port),
                host,
                port,
                members,
                Files.exists(hazelcast) ? Optional.of(hazelcast) : Optional.empty(),
                duration(cluster.replicationWait, Replication.DEFAULT_WAIT, "replication-wait"),
                duration(cluster.heartbeatTimeout, Cluster.DEFAULT_HEARTBEAT_TIMEOUT, "heartbeat-timeout"),
                given(cluster.attributeClasses).orElse("")));
    }

    private XmlTrapezoid bind(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            XMLReader parser = secureParser();
            SubstitutionFilter filter = new SubstitutionFilter(
                    parser, substitution, (problem, line) -> problems.add(ConfigException.at(file, line, problem)));
            Unmarshaller unmarshaller =
                    JAXBContext.newInstance(XmlTrapezoid.class).createUnmarshaller();
            unmarshaller.setSchema(schema());
            unmarshaller.setEventHandler(event -> {
                if (!isDetail(event.getMessage())) {
                    problems.add(
                            ConfigException.at(file, event.getLocator().getLineNumber(), tidy(event.getMessage())));
                }
                return true;
            });
            unmarshaller.setListener(new Unmarshaller.Listener() {
                @Override
                public void beforeUnmarshal(Object target, @Nullable Object parent) {
                    lines.put(target, filter.line());
                }
            });
            InputSource source = new InputSource(in);
            source.setSystemId(file.toUri().toString());
            return (XmlTrapezoid) unmarshaller.unmarshal(new SAXSource(filter, source));
        } catch (NoSuchFileException e) {
            throw new ConfigException(ConfigException.at(file, 0, "no such file"));
        } catch (IOException e) {
            throw new ConfigException(ConfigException.at(file, 0, describe(e)));
        } catch (JAXBException | SAXException | ParserConfigurationException e) {
            if (problems.isEmpty()) {
                problems.add(ConfigException.at(file, lineOf(e), describe(e)));
            }
            throw new ConfigException(List.copyOf(problems));
        }
    }

    private void sip(Path file, XmlTrapezoid.Sip sip, ServerConfigBuilder builder) {
        if (sip.stopTimeout != null) {
            String timeout = sip.stopTimeout;
            check(file, sip, () -> builder.stopTimeout(ConfigChecks.parseDuration(timeout, "stop-timeout")));
        }
        for (XmlTrapezoid.SipListener listener : sip.listeners) {
            check(file, listener, () -> builder.listen(listener(listener)));
        }
        for (String name : sip.names) {
            if (!name.isBlank()) {
                builder.name(name.trim());
            }
        }
        for (XmlTrapezoid.Route route : sip.routes) {
            check(file, route, () -> builder.route(route.domain, route.to));
        }
        for (XmlTrapezoid.Forbid forbid : sip.forbidden) {
            check(
                    file,
                    forbid,
                    () -> builder.forbid(
                            forbid.range,
                            forbid.except.isBlank()
                                    ? new String[0]
                                    : forbid.except.trim().split("\\s+")));
        }
        if (sip.trust != null) {
            XmlTrapezoid.TrustedPeers trust = sip.trust;
            check(
                    file,
                    trust,
                    () -> builder.trustedPeers(
                            new TrustedPeers(words(trust.peers), words(trust.remove), trust.privacyService)));
        }
        if (sip.timing != null) {
            XmlTrapezoid.Timing timing = sip.timing;
            SipConfig.Timing usual = SipConfig.Timing.RFC3261;
            check(
                    file,
                    timing,
                    () -> builder.timing(new SipConfig.Timing(
                            duration(timing.t1, usual.t1(), "t1"),
                            duration(timing.t2, usual.t2(), "t2"),
                            duration(timing.t4, usual.t4(), "t4"))));
        }
        if (sip.tls != null) {
            XmlTrapezoid.Trust tls = sip.tls;
            check(file, tls, () -> builder.trust(trust(tls)));
        }
        if (sip.limits != null) {
            XmlLimits limits = sip.limits;
            check(file, limits, () -> builder.limits(limits.limits()));
        }
        if (sip.dns != null) {
            XmlTrapezoid.Dns dns = sip.dns;
            check(file, dns, () -> builder.dns(dns(dns)));
        }
        if (sip.nextHops != null) {
            XmlTrapezoid.NextHops hops = sip.nextHops;
            SipConfig.NextHops usual = SipConfig.NextHops.DEFAULT;
            check(
                    file,
                    hops,
                    () -> builder.nextHops(new SipConfig.NextHops(
                            duration(hops.setAside, usual.setAside(), "set-aside"),
                            number(hops.mtu, usual.mtu(), "mtu"))));
        }
        if (sip.nat != null) {
            XmlTrapezoid.Nat nat = sip.nat;
            SipConfig.Nat usual = SipConfig.Nat.DEFAULT;
            check(
                    file,
                    nat,
                    () -> builder.nat(new SipConfig.Nat(
                            nat.symmetric,
                            duration(nat.keepAlive, usual.keepAlive(), "keep-alive"),
                            number(nat.keepAliveRate, usual.keepAliveRate(), "keep-alive-rate"),
                            number(nat.keepAliveMisses, usual.keepAliveMisses(), "keep-alive-misses"),
                            keepAliveBy(nat.keepAliveBy, usual.keepAliveBy()))));
        }
    }

    private static SipConfig.Nat.KeepAliveBy keepAliveBy(@Nullable String value, SipConfig.Nat.KeepAliveBy usual) {
        if (value == null) {
            return usual;
        }
        return switch (value) {
            case "options" -> SipConfig.Nat.KeepAliveBy.OPTIONS;
            case "crlf" -> SipConfig.Nat.KeepAliveBy.CRLF;
            default ->
                throw new IllegalArgumentException("keep-alive-by is \"" + value + "\"; expected options or crlf");
        };
    }

    private Listener listener(XmlTrapezoid.SipListener listener) {
        Optional<Tls> tls = tls(listener);
        Listener.Transport transport = Listener.Transport.valueOf(listener.transport.toUpperCase(Locale.ROOT));
        boolean takeover = Boolean.parseBoolean(listener.takeover);
        return new Listener(
                transport,
                listener.host,
                parseInt(listener.port, "port of a listener"),
                given(listener.advertise).or(() -> takeover ? Optional.empty() : advertised(transport)),
                tls,
                takeover);
    }

    /** How peers reach this node, if the environment says so; the port of others is not that of TLS. */
    private Optional<String> advertised(Listener.Transport transport) {
        return transport == Listener.Transport.TLS
                ? advertised().map(value -> new HostPort(value.host(), HostPort.NO_PORT).toString())
                : advertised().map(HostPort::toString);
    }

    private Optional<HostPort> advertised() {
        return given(environment.get(ADVERTISE)).map(value -> {
            ConfigChecks.requireHostPort(value, ADVERTISE);
            return HostPort.parse(value);
        });
    }

    /** The keys, looked at. */
    private Optional<Tls> tls(XmlTrapezoid.Keys given) {
        Optional<Path> store = path(given.keyStore);
        Optional<Path> certificate = path(given.certificate);
        Optional<Path> key = path(given.key);
        if ((store.isPresent() && certificate.isPresent()) || certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException("expected " + KEYS);
        }
        Tls.ClientAuth asked = given.clientAuth == null
                ? Tls.ClientAuth.OFF
                : Tls.ClientAuth.valueOf(given.clientAuth.toUpperCase(Locale.ROOT));
        Optional<Tls> tls = store.map(file -> Tls.keyStore(file, given.password))
                .or(() -> certificate.map(file -> Tls.certificate(file, key.orElseThrow())))
                .map(keys -> keys.clientAuth(asked));
        tls.ifPresent(Tls::check);
        return tls;
    }

    private SipConfig.Trust trust(XmlTrapezoid.Trust tls) {
        SipConfig.Trust trust = new SipConfig.Trust(path(tls.trustStore), tls.password);
        trust.check();
        return trust;
    }

    private static SipConfig.Dns dns(XmlTrapezoid.Dns dns) {
        SipConfig.Dns usual = SipConfig.Dns.SYSTEM;
        List<String> resolvers = new ArrayList<>();
        new StringTokenizer(dns.resolvers).asIterator().forEachRemaining(word -> resolvers.add(word.toString()));
        return new SipConfig.Dns(
                dns.enabled,
                resolvers,
                duration(dns.timeout, usual.timeout(), "timeout of dns"),
                dns.naptr,
                dns.srv,
                number(dns.lookups, usual.lookups(), "lookups"),
                number(dns.cache, usual.cache(), "cache"));
    }

    private HttpConfig http(XmlTrapezoid.Http http) {
        return new HttpConfig(
                http.host,
                http.port == null ? OptionalInt.empty() : OptionalInt.of(parseInt(http.port, "port of http")),
                given(http.advertise).or(() -> advertised().map(HostPort::host)),
                webSocket(http),
                https(http),
                http.metricsFrom == null ? HttpConfig.LOOPBACK : words(http.metricsFrom));
    }

    /** Keys open the port; it has a number of its own only with them. */
    private Optional<HttpConfig.Https> https(XmlTrapezoid.Http http) {
        Optional<Tls> tls = tls(http);
        Optional<String> port = given(http.tlsPort);
        if (tls.isEmpty() && port.isPresent()) {
            throw new IllegalArgumentException("tls-port of http without keys; expected " + KEYS);
        }
        return tls.map(keys -> new HttpConfig.Https(
                number(port.orElse(null), HttpConfig.Https.DEFAULT_PORT, "tls-port of http"), keys));
    }

    /** An empty path switches it off. */
    private static Optional<HttpConfig.WebSocket> webSocket(XmlTrapezoid.Http http) {
        HttpConfig.WebSocket usual = HttpConfig.WebSocket.DEFAULT;
        if (http.webSocketPath != null && http.webSocketPath.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(new HttpConfig.WebSocket(
                http.webSocketPath == null ? usual.path() : http.webSocketPath.trim(),
                words(http.webSocketOrigins == null ? "" : http.webSocketOrigins),
                duration(http.webSocketPing, usual.ping(), "websocket-ping"),
                words(http.webSocketHeaders == null ? "" : http.webSocketHeaders)));
    }

    private void applications(Path file, XmlTrapezoid.Applications applications, ServerConfigBuilder builder) {
        check(file, applications, () -> {
            ApplicationsConfig usual = ApplicationsConfig.NONE;
            builder.undeployTimeout(duration(applications.undeployTimeout, usual.undeployTimeout(), "undeploy-timeout"))
                    .scanInterval(duration(applications.scanInterval, usual.scanInterval(), "scan-interval"))
                    .unroutedStatus(number(applications.unroutedStatus, usual.unroutedStatus(), "unrouted-status"))
                    .unroutedReason(
                            applications.unroutedReason == null
                                    ? usual.unroutedReason()
                                    : applications.unroutedReason.trim());
            path(applications.dir).ifPresent(builder::deployDirectory);
            path(applications.settings).ifPresent(builder::applicationSettings);
            path(applications.data).ifPresent(builder::data);
            path(applications.users).ifPresent(builder::users);
            path(applications.router).ifPresent(builder::router);
            path(applications.routerJars).ifPresent(builder::routerJars);
            applications.archives.forEach(archive -> path(archive.path).ifPresent(builder::deploy));
        });
        if (applications.userDatabase != null) {
            XmlUserDatabase database = applications.userDatabase;
            check(file, database, () -> builder.users(database.database(XmlConfig::words)));
        }
        if (applications.push != null) {
            XmlTrapezoid.Push push = applications.push;
            check(file, push, () -> builder.pushGateway(push.url, Set.copyOf(words(push.providers))));
        }
    }

    /** The words of a list, separated by blanks or commas. */
    private static List<String> words(String list) {
        List<String> words = new ArrayList<>();
        StringTokenizer tokens = new StringTokenizer(list, ", \t\r\n");
        while (tokens.hasMoreTokens()) {
            words.add(tokens.nextToken());
        }
        return words;
    }

    /** Runs a step that may find a value wrong, and notes the line of the element it came from. */
    private void check(Path file, Object element, Runnable step) {
        try {
            step.run();
        } catch (IllegalArgumentException e) {
            problems.add(ConfigException.at(file, lines.getOrDefault(element, 0), describe(e)));
        }
    }

    private void stopAtProblems() {
        if (!problems.isEmpty()) {
            throw new ConfigException(List.copyOf(problems));
        }
    }

    private Optional<Path> path(@Nullable String text) {
        return Optional.ofNullable(text).filter(value -> !value.isBlank()).map(value -> base.resolve(value.trim())
                .normalize());
    }

    private static Optional<String> given(@Nullable String text) {
        return Optional.ofNullable(text).filter(value -> !value.isEmpty());
    }

    private static int number(@Nullable String text, int usual, String what) {
        return text == null ? usual : parseInt(text, what);
    }

    private static Duration duration(@Nullable String text, Duration usual, String what) {
        return text == null ? usual : ConfigChecks.parseDuration(text, what);
    }

    private static Schema schema() throws SAXException, IOException {
        SchemaFactory factory = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
        try (InputStream in = XmlConfig.class.getResourceAsStream("trapezoid.xsd")) {
            if (in == null) {
                throw new IOException("trapezoid.xsd is missing from the server's jar");
            }
            return factory.newSchema(new StreamSource(in));
        }
    }

    private static XMLReader secureParser() throws SAXException, ParserConfigurationException {
        SAXParserFactory factory = SAXParserFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newSAXParser().getXMLReader();
    }

    /** Reported twice: a wrong value by its facet, then by its name; an unknown element by the schema, then by the binding. */
    private static boolean isDetail(@Nullable String message) {
        return message != null
                && (message.startsWith("cvc-datatype-valid")
                        || message.startsWith("cvc-enumeration-valid")
                        || message.startsWith("cvc-pattern-valid")
                        || message.startsWith("unexpected element ("));
    }

    /** Without the parser's internal key, as in "cvc-complex-type.3.2.2: Attribute 'x' is not allowed". */
    private static String tidy(@Nullable String message) {
        if (message == null) {
            return "not valid";
        }
        int colon = message.indexOf(": ");
        String problem = message.startsWith("cvc-") && colon > 0 ? message.substring(colon + 2) : message;
        return problem.replace("\"urn:trapezoid:server:1\":", "");
    }

    private static String describe(Throwable failure) {
        Throwable cause = failure;
        while (cause.getMessage() == null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : tidy(cause.getMessage());
    }

    private static int lineOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SAXParseException at) {
                return at.getLineNumber();
            }
        }
        return 0;
    }
}
