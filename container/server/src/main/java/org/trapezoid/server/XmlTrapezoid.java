// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlAttribute;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import jakarta.xml.bind.annotation.XmlTransient;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The binding of {@code trapezoid.xml}; what the schema promises is checked before. Used by {@link XmlConfig} only. */
@XmlRootElement(name = "trapezoid")
@XmlAccessorType(XmlAccessType.FIELD)
final class XmlTrapezoid {

    @XmlElement
    Sip sip = new Sip();

    @XmlElement
    @Nullable
    Http http;

    @XmlElement
    Applications applications = new Applications();

    @XmlElement
    @Nullable
    Cluster cluster;

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Cluster {
        @XmlAttribute(name = "attribute-classes")
        @Nullable
        String attributeClasses;

        @XmlAttribute(name = "heartbeat-timeout")
        @Nullable
        String heartbeatTimeout;

        @XmlAttribute(name = "replication-wait")
        @Nullable
        String replicationWait;

        @XmlAttribute
        @Nullable
        String members;

        @XmlAttribute
        @Nullable
        String name;

        @XmlAttribute
        @Nullable
        String secret;

        @XmlAttribute
        @Nullable
        String node;

        @XmlAttribute
        @Nullable
        String host;

        @XmlAttribute
        @Nullable
        String port;
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Sip {
        @XmlAttribute(name = "stop-timeout")
        @Nullable
        String stopTimeout;

        @XmlElement(name = "listener")
        List<SipListener> listeners = new ArrayList<>();

        @XmlElement(name = "name")
        List<String> names = new ArrayList<>();

        @XmlElement(name = "route")
        List<Route> routes = new ArrayList<>();

        @XmlElement(name = "forbid")
        List<Forbid> forbidden = new ArrayList<>();

        @XmlElement
        @Nullable
        TrustedPeers trust;

        @XmlElement
        @Nullable
        Timing timing;

        @XmlElement
        @Nullable
        XmlLimits limits;

        @XmlElement
        @Nullable
        Dns dns;

        @XmlElement(name = "next-hops")
        @Nullable
        NextHops nextHops;

        @XmlElement
        @Nullable
        Trust tls;

        @XmlElement
        @Nullable
        Nat nat;
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Nat {
        @XmlAttribute(name = "symmetric-responses")
        boolean symmetric;

        @XmlAttribute(name = "keep-alive")
        @Nullable
        String keepAlive;

        @XmlAttribute(name = "keep-alive-by")
        @Nullable
        String keepAliveBy;

        @XmlAttribute(name = "keep-alive-rate")
        @Nullable
        String keepAliveRate;

        @XmlAttribute(name = "keep-alive-misses")
        @Nullable
        String keepAliveMisses;
    }

    /** Who the server is on a port with TLS. */
    @XmlTransient
    @XmlAccessorType(XmlAccessType.FIELD)
    abstract static class Keys {
        @XmlAttribute(name = "key-store")
        @Nullable
        String keyStore;

        @XmlAttribute
        String password = "";

        @XmlAttribute
        @Nullable
        String certificate;

        @XmlAttribute
        @Nullable
        String key;

        @XmlAttribute(name = "client-auth")
        @Nullable
        String clientAuth;
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class SipListener extends Keys {
        @XmlAttribute
        String transport = "";

        @XmlAttribute
        String host = Listener.DEFAULT_HOST;

        @XmlAttribute
        String port = "";

        @XmlAttribute
        @Nullable
        String advertise;

        @XmlAttribute
        String takeover = "false";
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Trust {
        @XmlAttribute(name = "trust-store")
        @Nullable
        String trustStore;

        @XmlAttribute
        String password = "";
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Route {
        @XmlAttribute
        String domain = "";

        @XmlAttribute
        String to = "";
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Forbid {
        @XmlAttribute
        String range = "";

        @XmlAttribute
        String except = "";
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Timing {
        @XmlAttribute
        @Nullable
        String t1;

        @XmlAttribute
        @Nullable
        String t2;

        @XmlAttribute
        @Nullable
        String t4;
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Dns {
        @XmlAttribute
        boolean enabled = true;

        @XmlAttribute
        String resolvers = "";

        @XmlAttribute
        @Nullable
        String timeout;

        @XmlAttribute
        boolean naptr = true;

        @XmlAttribute
        boolean srv = true;

        @XmlAttribute
        @Nullable
        String lookups;

        @XmlAttribute
        @Nullable
        String cache;
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class NextHops {
        @XmlAttribute(name = "set-aside")
        @Nullable
        String setAside;

        @XmlAttribute
        @Nullable
        String mtu;
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Http extends Keys {
        @XmlAttribute
        String host = Listener.DEFAULT_HOST;

        @XmlAttribute
        @Nullable
        String port;

        @XmlAttribute(name = "tls-port")
        @Nullable
        String tlsPort;

        @XmlAttribute
        @Nullable
        String advertise;

        @XmlAttribute(name = "metrics-from")
        @Nullable
        String metricsFrom;

        @XmlAttribute(name = "websocket-path")
        @Nullable
        String webSocketPath;

        @XmlAttribute(name = "websocket-origins")
        @Nullable
        String webSocketOrigins;

        @XmlAttribute(name = "websocket-ping")
        @Nullable
        String webSocketPing;

        @XmlAttribute(name = "websocket-headers")
        @Nullable
        String webSocketHeaders;
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Applications {
        @XmlAttribute
        String dir = "deploy";

        @XmlAttribute
        String settings = "conf/apps";

        @XmlAttribute
        String data = "data";

        @XmlAttribute
        String users = "conf/users.properties";

        @XmlAttribute
        @Nullable
        String router;

        @XmlAttribute(name = "router-jars")
        @Nullable
        String routerJars;

        @XmlAttribute(name = "undeploy-timeout")
        @Nullable
        String undeployTimeout;

        @XmlAttribute(name = "scan-interval")
        @Nullable
        String scanInterval;

        @XmlAttribute(name = "unrouted-status")
        @Nullable
        String unroutedStatus;

        @XmlAttribute(name = "unrouted-reason")
        @Nullable
        String unroutedReason;

        @XmlElement(name = "archive")
        List<Archive> archives = new ArrayList<>();

        @XmlElement
        @Nullable
        Push push;

        @XmlElement(name = "user-database")
        @Nullable
        XmlUserDatabase userDatabase;
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class TrustedPeers {
        @XmlAttribute
        String peers = "";

        @XmlAttribute
        String remove = "";

        @XmlAttribute(name = "privacy-service")
        boolean privacyService;
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Push {
        @XmlAttribute
        String url = "";

        @XmlAttribute
        String providers = "";
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Archive {
        @XmlAttribute
        String path = "";
    }
}
