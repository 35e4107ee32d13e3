// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.TelURL;
import jakarta.servlet.sip.URI;
import java.time.InstantSource;
import java.util.Optional;
import org.trapezoid.api.LocationService;

/**
 * Finds the subscriber a URI names: the address-of-record in canonical form (RFC 3261 §10.3 step 5) of a domain of ours, with
 * aliases resolved. A sips URI names the same subscriber as the sip one (RFC 5630 §5.4). Thread-safe.
 */
public final class Subscribers {
    private final Domains domains;
    private final LocationService locations;
    private final SipFactory factory;
    private final Aliases aliases;

    /** Those of a context; context parameter {@code aliases} names the file of aliases. */
    public Subscribers(ServletContext context, Domains domains, LocationService locations) throws ServletException {
        this.domains = domains;
        this.locations = locations;
        this.factory = Services.find(context, SipServlet.SIP_FACTORY, SipFactory.class);
        this.aliases = new Aliases(
                new Settings(context).file("aliases", "conf/aliases.properties"),
                InstantSource.system(),
                this::canonical);
    }

    /** The address-of-record; empty if it is not in one of our domains. */
    public Optional<String> of(URI uri) {
        return canonical(uri).map(aliases::resolve);
    }

    /** As {@link #of(URI)} for who somebody says to be: the host alone counts, whatever port is with it. */
    public Optional<String> claimedBy(URI identity) {
        return identity instanceof SipURI sip
                ? domains.ofHost(sip.getHost())
                        .flatMap(domain -> in(domain, sip))
                        .map(aliases::resolve)
                : of(identity);
    }

    /** As {@link #of(URI)}, for a URI whose host is {@code prefix} and one of our domains. */
    public Optional<String> of(SipURI uri, String prefix) {
        return domains.of(uri, prefix).flatMap(domain -> in(domain, uri)).map(aliases::resolve);
    }

    /** The address-of-record of a user of a domain of ours. */
    public Optional<String> of(String user, String domain) {
        try {
            return Optional.of(aliases.resolve(locations.addressOfRecord("sip:" + user + "@" + domain)));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a user name that cannot be in a URI
        }
    }

    /** The user part of an address-of-record. */
    public static String user(String addressOfRecord) {
        return addressOfRecord.substring("sip:".length(), addressOfRecord.lastIndexOf('@'));
    }

    /** The domain of an address-of-record. */
    public static String domain(String addressOfRecord) {
        return addressOfRecord.substring(addressOfRecord.lastIndexOf('@') + 1);
    }

    private Optional<String> canonical(URI uri) {
        if (uri instanceof SipURI sip) {
            return domains.of(sip).flatMap(domain -> in(domain, uri));
        }
        // RFC 3261 §19.1.6: a number is a user of the domain that serves it
        return uri instanceof TelURL tel && tel.isGlobal()
                ? Optional.of(locations.addressOfRecord("sip:+" + digits(tel.getPhoneNumber()) + "@" + domains.first()))
                : Optional.empty();
    }

    /** The address-of-record of the URI's user in a domain; empty if it has no user. */
    private Optional<String> in(String domain, URI uri) {
        String text = locations.addressOfRecord(uri.toString());
        int at = text.lastIndexOf('@');
        return at < 0
                ? Optional.empty()
                : Optional.of("sip:" + text.substring(text.indexOf(':') + 1, at) + "@" + domain);
    }

    private String canonical(String text) {
        URI uri;
        try {
            uri = factory.createURI(text);
        } catch (ServletParseException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no URI", e);
        }
        return canonical(uri).orElseThrow(() -> new IllegalArgumentException(text + " is in none of our domains"));
    }

    private static String digits(String number) {
        StringBuilder digits = new StringBuilder(number.length());
        for (int i = 0; i < number.length(); i++) {
            char c = number.charAt(i);
            if (Character.isDigit(c)) {
                digits.append(c);
            }
        }
        return digits.toString();
    }
}
