// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.trapezoid.sip.auth.DigestChallenge;
import org.trapezoid.sip.auth.DigestCredentials;
import org.trapezoid.sip.header.CSeq;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.header.RAck;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.transport.Literals;
import org.trapezoid.sip.uri.AddressRange;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.TelUri;
import org.trapezoid.sip.uri.Uri;

/**
 * What is fed with mutated bytes. {@link #run} throws for what must not happen: anything but a verdict of our own, a value
 * that is not read back as it was written, or two views of the same bytes.
 */
@SuppressWarnings("ImmutableEnumChecker") // its inputs are never changed
public enum FuzzTarget {
    MESSAGE(torture()) {
        @Override
        public void run(byte[] input) {
            MessageFuzz.useDatagram(input);
        }
    },
    FRAMER(torture()) {
        @Override
        public void run(byte[] input) {
            MessageFuzz.compareSplits(input);
        }

        @Override
        public int readings(byte[] input) {
            return MessageFuzz.splits(input);
        }
    },
    URI(texts(
            "sip:alice@example.com",
            "sips:alice:secret@[2001:db8::1]:5061;transport=tls;lr;maddr=192.0.2.1?subject=a%20b&priority=urgent",
            "sip:+1-212-555-1212:1234@gateway.com;user=phone;isub=1411",
            "sip:%61lice%00@EXAMPLE.com;ttl=15;method=INVITE",
            "tel:+1-201-555-0123;phone-context=example.com;ext=12",
            "tel:7042;phone-context=+1-914-555",
            "urn:service:sos",
            "mailto:x@y.example")) {
        @Override
        public void run(byte[] input) {
            Uri uri = value(input, Uri::parse);
            if (uri instanceof SipUri sip) {
                sip.userDecoded();
                sip.transport();
                sip.maddr();
                sip.hostPort();
                sip.headers();
                sip.withoutParameter("lr").withHeaders(Parameters.EMPTY);
                assertThat(sip.hashCode())
                        .isEqualTo(SipUri.parse(sip.toString()).hashCode());
            } else if (uri instanceof TelUri tel) {
                tel.parameters();
            }
        }
    },
    NAME_ADDR(addresses()) {
        @Override
        public void run(byte[] input) {
            NameAddr address = value(input, NameAddr::parse);
            if (address != null) {
                address.displayName();
                address.tag();
                address.isLooseRoute();
                assertThat(NameAddr.parse(address.withTag("x").toString()).tag())
                        .hasValue("x");
            }
        }
    },
    NAME_ADDR_LIST(addresses()) {
        @Override
        public void run(byte[] input) {
            value(input, NameAddr::parseList);
        }
    },
    VIA(texts(
            "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK87asdks7;rport",
            "SIP / 2.0 / TCP first.example.com : 4000;ttl=16;maddr=224.2.0.1;branch=z9hG4bKa7c6a8dlze.1",
            "SIP/2.0/TLS [2001:db8::9:1]:5061;received=\"[2001:db8::9:255]\";branch=z9hG4bKas3-111;hidden",
            "SIP/2.0/UDP a.b, SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bKx")) {
        @Override
        public void run(byte[] input) {
            Via via = value(input, Via::parse);
            if (via != null) {
                via.branch();
                via.received();
                via.rport();
                via.maddr();
                via.isRfc3261();
            }
        }
    },
    CSEQ(texts("4711 INVITE", "0009  ACK", "4294967295 OPTIONS", "1 extension-method.1!%*_+`'~")) {
        @Override
        public void run(byte[] input) {
            value(input, CSeq::parse);
        }
    },
    RACK(texts("776656 1 INVITE", "4294967295\t4294967295 PRACK")) {
        @Override
        public void run(byte[] input) {
            value(input, RAck::parse);
        }
    },
    PARAMETERS(texts(";tag=a6c85cf;q=0.7;expires=3600", "; a = \"b;c\\\"d\" ;e", ";received=[::1];x=\"\"", "")) {
        @Override
        public void run(byte[] input) {
            Parameters parameters = value(input, Parameters::parse);
            if (parameters != null) {
                parameters.value("tag");
                parameters.has("e");
            }
        }
    },
    HOST_PORT(texts("example.com:5060", "[2001:db8::1]:1", "192.0.2.1", "a-b.c_d.:65535", "[::ffff:192.0.2.1]")) {
        @Override
        public void run(byte[] input) {
            HostPort hostPort = value(input, HostPort::parse);
            if (hostPort != null) {
                HostPort.canonicalHost(hostPort.host());
                Literals.address(hostPort.host());
            }
        }
    },
    HEADER_NAME(texts("Via", "v", "content-length", "X-Unknown", "Call-ID")) {
        @Override
        public void run(byte[] input) {
            value(input, HeaderName::of);
        }
    },
    ADDRESS_RANGE(texts("10.0.0.0/8", "2001:db8::/32", "192.0.2.1", "::ffff:10.0.0.1/104")) {
        @Override
        public void run(byte[] input) {
            value(input, AddressRange::parse);
        }
    },
    CREDENTIALS(texts(
            "Digest username=\"Mufasa\", realm=\"a@b\", uri=\"sip:b@c\", algorithm=SHA-256,"
                    + " nonce=\"7ypf/xlj9XXwfDPEoM4\", nc=00000001, cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv\","
                    + " qop=auth, response=\"753927fa0e85d155564e2e272a28d180\", opaque=\"FQhe\"",
            "Digest username*=UTF-8''J%C3%A4s%C3%B8n, realm=r, nonce=n, uri=\"/\", response=abc,"
                    + " userhash=true, qop=auth-int")) {
        @Override
        public void run(byte[] input) {
            DigestCredentials.parse(text(input)).ifPresent(credentials -> {
                credentials.nonceCount();
                credentials.matches("", "INVITE", input);
                assertThat(DigestCredentials.parse(credentials.toString())).isPresent();
            });
        }
    },
    CHALLENGE(texts(
            "Digest realm=\"atlanta.com\", domain=\"sip:ss1.carrier.com\", qop=\"auth,auth-int\","
                    + " nonce=\"f84f1cec41e6cbe5aea9\", opaque=\"\", stale=FALSE, algorithm=MD5",
            "Digest realm=r,nonce=n,algorithm=SHA-512-256,userhash=true,charset=UTF-8")) {
        @Override
        public void run(byte[] input) {
            DigestChallenge.parse(text(input)).ifPresent(challenge -> assertThat(
                            DigestChallenge.parse(challenge.toString()).map(DigestChallenge::toString))
                    .hasValue(challenge.toString())); // control characters are masked when it is written
        }
    };

    private final List<byte[]> corpus;

    FuzzTarget(List<byte[]> corpus) {
        this.corpus = corpus;
    }

    /** What is mutated. */
    public List<byte[]> corpus() {
        return corpus;
    }

    public abstract void run(byte[] input);

    /** How many times it reads the input, at least. */
    public int readings(byte[] input) {
        return 1;
    }

    /** A value that was read is written, read again and written the same; null for what is none. */
    static <T> @org.jspecify.annotations.Nullable T value(byte[] input, Function<String, T> parser) {
        T value;
        try {
            value = parser.apply(text(input));
        } catch (SyntaxException verdict) {
            assertThat(verdict.getMessage()).isNotEmpty().doesNotContain("\r", "\n");
            return null;
        }
        String written = value instanceof List<?> list
                ? String.join(", ", list.stream().map(String::valueOf).toList())
                : value.toString();
        T again = parser.apply(written);
        assertThat(again).isEqualTo(value);
        assertThat(written).doesNotContain("\r", "\n");
        return value;
    }

    static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }

    private static List<byte[]> texts(String... texts) {
        List<byte[]> bytes = new ArrayList<>();
        for (String text : texts) {
            bytes.add(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes;
    }

    private static List<byte[]> addresses() {
        return texts(
                "\"A. G. \\\"Bell\\\"\" <sip:agb@bell-telephone.com> ;tag=a48s",
                "sip:+12125551212@phone2net.com;tag=887s",
                "Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8;q=0.3;expires=3600",
                "<sip:p1.example.com;lr>, <sip:p2.example.com;lr;transport=tcp>;x=\"a,b\"",
                "J\u00e4s\u00f8n Doe <tel:+1-201-555-0123>",
                "*");
    }

    /** All messages of RFC 4475 and RFC 5118. */
    private static List<byte[]> torture() {
        List<byte[]> all = new ArrayList<>();
        for (String line : text(resource("/torture.tsv")).split("\n")) {
            String file = line.substring(0, line.indexOf('\t'));
            if (file.contains("/")) {
                all.add(resource("/" + file));
            }
        }
        return all;
    }

    private static byte[] resource(String name) {
        try (InputStream in = FuzzTarget.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
