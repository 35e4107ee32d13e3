// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

import jakarta.servlet.sip.SipServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * One contact of an address-of-record, as a registrar stores it (RFC 3261 §10.3). Immutable.
 *
 * <p>{@code equals} compares every component as text. Whether two bindings are for the same contact is another question,
 * answered by {@link LocationService} with the URI comparison of RFC 3261 §19.1.4.
 *
 * <pre>{@code
 * Binding binding = Binding.of("sip:bob@example.com", "sip:bob@192.0.2.4:5062", expiry, callId, cseq)
 *         .withQ(0.7f)
 *         .withPath(List.of("<sip:edge.example.com;lr>"))
 *         .withSource(new Binding.Source("192.0.2.4", 5062, "UDP", ""));
 * }</pre>
 *
 * @param addressOfRecord the address-of-record in canonical form, the index of RFC 3261 §10.3 step 5: a URI without
 *     parameters and headers, escapes undone, host in lower case
 * @param contact the URI of the contact with all its URI parameters, without angle brackets
 * @param parameters the parameters of the Contact header field ({@code +sip.instance}, {@code reg-id}, feature tags …)
 *     without {@code q} and {@code expires}; names in any case, a flag has the empty value
 * @param q the preference, 0 to 1; 1 is tried first (RFC 3261 §20.10)
 * @param expiry when the binding ends
 * @param callId the Call-ID of the REGISTER that made or refreshed it last
 * @param cseq the CSeq number of that REGISTER, 0 to 2<sup>31</sup> - 1
 * @param path the Path header field values of that REGISTER, topmost first (RFC 3327)
 * @param source where that REGISTER came from
 * @param userAgent the User-Agent of that REGISTER, empty if it had none
 */
public record Binding(
        String addressOfRecord,
        String contact,
        Map<String, String> parameters,
        float q,
        Instant expiry,
        String callId,
        long cseq,
        List<String> path,
        Source source,
        String userAgent) {

    private static final String NEXT_FLOW = "Next-Flow";

    /**
     * Where a REGISTER came from.
     *
     * @param host the address it was received from, without brackets; empty if unknown
     * @param port the port it was received from, 0 to 65535; 0 if unknown
     * @param transport the transport as in a Via, in upper case ({@code UDP}, {@code TLS}, {@code WSS} …); empty if unknown
     * @param flow the name of the flow (RFC 5626 §2) by which the client is to be reached: the connection, or the pair of
     *     UDP addresses. Only this server can make one up. Empty if the contact itself leads to the client
     */
    public record Source(String host, int port, String transport, String flow) {

        /** Not known, as for a binding that no REGISTER made. */
        public static final Source UNKNOWN = new Source("", 0, "", "");

        /**
         * The request attribute with the {@linkplain #flow() name of the flow} of a client that has to be reached by it: it
         * sent the request itself, with one Contact, which does not lead to it.
         */
        public static final String FLOW = "org.trapezoid.flow";

        /**
         * Without a flow.
         *
         * @param host the address
         * @param port the port
         * @param transport the transport, in any case
         * @throws IllegalArgumentException if the port is not 0 to 65535
         */
        public Source(String host, int port, String transport) {
            this(host, port, transport, "");
        }

        /**
         * Where a REGISTER came from. A registrar asks for it after {@link DigestAuthentication#authenticate}: the flow says
         * whether its client has proven who it is, and one that has keeps its calls when it has to connect again.
         *
         * @param register the request, as the application received it
         * @return its source; without flow if one party registers another (RFC 3261 §10.2)
         */
        public static Source of(SipServletRequest register) {
            String host = register.getInitialRemoteAddr();
            if (host == null) {
                return UNKNOWN;
            }
            boolean itself = register.getFrom().getURI().equals(register.getTo().getURI());
            return new Source(
                    host,
                    Math.max(0, register.getInitialRemotePort()),
                    register.getInitialTransport(),
                    itself && register.getAttribute(FLOW) instanceof String flow ? flow : "");
        }

        /**
         * Checks the port and makes the transport upper case.
         *
         * @param host the address
         * @param port the port
         * @param transport the transport, in any case
         * @param flow the name of the flow, or empty
         * @throws IllegalArgumentException if the port is not 0 to 65535
         */
        public Source {
            Objects.requireNonNull(host, "host");
            Objects.requireNonNull(flow, "flow");
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("port " + port + " is not 0 to 65535");
            }
            transport = transport.toUpperCase(Locale.ROOT);
        }
    }

    /**
     * Checks the components and copies the collections. The parameter names of the copy ignore case.
     *
     * @param addressOfRecord the address-of-record
     * @param contact the URI of the contact
     * @param parameters the parameters of the Contact header field
     * @param q the preference
     * @param expiry when the binding ends
     * @param callId the Call-ID
     * @param cseq the CSeq number
     * @param path the Path header field values
     * @param source where the REGISTER came from
     * @param userAgent the User-Agent
     * @throws IllegalArgumentException if the address-of-record or the contact is empty, {@code q} is not 0 to 1, or
     *     {@code cseq} is not 0 to 2<sup>31</sup> - 1
     */
    public Binding {
        if (addressOfRecord.isEmpty() || contact.isEmpty()) {
            throw new IllegalArgumentException("a binding needs an address-of-record and a contact");
        }
        if (!(q >= 0 && q <= 1)) {
            throw new IllegalArgumentException("q " + q + " is not 0 to 1");
        }
        if (cseq < 0 || cseq > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("CSeq number " + cseq + " is not 0 to 2^31 - 1");
        }
        Objects.requireNonNull(expiry, "expiry");
        Objects.requireNonNull(callId, "callId");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(userAgent, "userAgent");
        Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        copy.putAll(parameters);
        parameters = Collections.unmodifiableMap(copy);
        path = List.copyOf(path);
    }

    /**
     * Makes a binding with {@code q} 1 and without parameters, path, source and user agent.
     *
     * @param addressOfRecord the address-of-record in canonical form
     * @param contact the URI of the contact
     * @param expiry when the binding ends
     * @param callId the Call-ID of the REGISTER
     * @param cseq the CSeq number of the REGISTER
     * @return the binding
     * @throws IllegalArgumentException if a value is out of its range
     */
    public static Binding of(String addressOfRecord, String contact, Instant expiry, String callId, long cseq) {
        return new Binding(addressOfRecord, contact, Map.of(), 1, expiry, callId, cseq, List.of(), Source.UNKNOWN, "");
    }

    /**
     * {@return a copy with other Contact parameters}
     *
     * @param parameters the parameters of the Contact header field
     */
    public Binding withParameters(Map<String, String> parameters) {
        return new Binding(addressOfRecord, contact, parameters, q, expiry, callId, cseq, path, source, userAgent);
    }

    /**
     * {@return a copy with another preference}
     *
     * @param q the preference, 0 to 1
     * @throws IllegalArgumentException if {@code q} is not 0 to 1
     */
    public Binding withQ(float q) {
        return new Binding(addressOfRecord, contact, parameters, q, expiry, callId, cseq, path, source, userAgent);
    }

    /**
     * {@return a copy with another expiry}
     *
     * @param expiry when the binding ends
     */
    public Binding withExpiry(Instant expiry) {
        return new Binding(addressOfRecord, contact, parameters, q, expiry, callId, cseq, path, source, userAgent);
    }

    /**
     * {@return a copy with another path}
     *
     * @param path the Path header field values, topmost first
     */
    public Binding withPath(List<String> path) {
        return new Binding(addressOfRecord, contact, parameters, q, expiry, callId, cseq, path, source, userAgent);
    }

    /**
     * {@return a copy with another source}
     *
     * @param source where the REGISTER came from
     */
    public Binding withSource(Source source) {
        return new Binding(addressOfRecord, contact, parameters, q, expiry, callId, cseq, path, source, userAgent);
    }

    /**
     * {@return a copy with another user agent}
     *
     * @param userAgent the User-Agent of the REGISTER, empty if it had none
     */
    public Binding withUserAgent(String userAgent) {
        return new Binding(addressOfRecord, contact, parameters, q, expiry, callId, cseq, path, source, userAgent);
    }

    /** {@return the instance of the user agent ({@code +sip.instance}, RFC 5626 §4.1), empty if it gave none} */
    public String instance() {
        return parameters.getOrDefault("+sip.instance", "");
    }

    /** {@return which of its flows the instance registered ({@code reg-id}, RFC 5626 §4.2); 0 if this is not one of several} */
    public int regId() {
        String number = instance().isEmpty() ? "" : parameters.getOrDefault("reg-id", "");
        boolean valid = !number.isEmpty()
                && number.length() < 10
                && number.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        return valid ? Integer.parseInt(number) : 0;
    }

    /**
     * {@return the Route header field values that a request to the contact needs, topmost first: its Path (RFC 3327 §5.3);
     * without one, the flow of the client, for the container alone, which takes it off again}
     */
    public List<String> routes() {
        if (!path.isEmpty() || source.flow().isEmpty()) {
            return path;
        }
        return List.of("<sip:" + source.flow() + "@flow.invalid;lr>");
    }

    /**
     * {@return a URI that leads to the contact by its {@link #routes()}, as a target for {@code Proxy.proxyTo}: the contact
     * with each route as a Route in the header part of the URI (RFC 3261 §19.1.1)}
     */
    public String target() {
        return target(List.of());
    }

    /**
     * {@return the same with further flows of the same instance: the container tries them one after another in the same
     * branch, when the one before has failed or does not answer (RFC 5626 §7)}
     *
     * @param next the other bindings of the instance, in the order to try them
     */
    public String target(List<Binding> next) {
        StringBuilder target = new StringBuilder(contact);
        char separator = contact.indexOf('?') < 0 ? '?' : '&';
        for (String route : routes()) {
            target.append(separator).append("Route=");
            escape(route, target);
            separator = '&';
        }
        if (!next.isEmpty()) {
            target.append(separator).append(NEXT_FLOW).append('=');
            escape(next.get(0).target(next.subList(1, next.size())), target);
        }
        return target.toString();
    }

    private static void escape(String text, StringBuilder to) {
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            if ((c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "-_.!~*'()".indexOf(c) >= 0) {
                to.append(c);
            } else {
                to.append('%').append(HexFormat.of().withUpperCase().toHexDigits(octet));
            }
        }
    }

    /**
     * Tells whether a REGISTER may change this binding: one of another Call-ID may, one of the same only with a higher
     * CSeq number (RFC 3261 §10.3 step 7).
     *
     * @param callId the Call-ID of the REGISTER
     * @param cseq the CSeq number of the REGISTER
     * @return false if the REGISTER is out of order; its whole update must then be refused
     */
    public boolean mayBeChangedBy(String callId, long cseq) {
        return !this.callId.equals(callId) || cseq > this.cseq;
    }

    /**
     * Tells whether the binding has ended.
     *
     * @param now the time
     * @return true from {@link #expiry} on
     */
    public boolean isExpired(Instant now) {
        return !expiry.isAfter(now);
    }
}
