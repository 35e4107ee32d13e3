// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

import java.time.Instant;
import java.util.Collections;
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
 *         .withSource(new Binding.Source("192.0.2.4", 5062, "UDP"));
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

    /**
     * Where a REGISTER came from.
     *
     * @param host the address it was received from, without brackets; empty if unknown
     * @param port the port it was received from, 0 to 65535; 0 if unknown
     * @param transport the transport as in a Via, in upper case ({@code UDP}, {@code TLS}, {@code WSS} …); empty if unknown
     */
    public record Source(String host, int port, String transport) {

        /** Not known, as for a binding that no REGISTER made. */
        public static final Source UNKNOWN = new Source("", 0, "");

        /**
         * Checks the port and makes the transport upper case.
         *
         * @param host the address
         * @param port the port
         * @param transport the transport, in any case
         * @throws IllegalArgumentException if the port is not 0 to 65535
         */
        public Source {
            Objects.requireNonNull(host, "host");
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
