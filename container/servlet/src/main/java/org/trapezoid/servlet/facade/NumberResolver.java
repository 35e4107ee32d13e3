// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.DnsResolver;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.URI;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.locate.TelephoneNumbers;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.TelUri;
import org.trapezoid.sip.uri.Uri;

/** Telephone numbers in the DNS, for applications (JSR 359). Safe for use by any thread; waits for the DNS. */
public final class NumberResolver implements DnsResolver {

    private static final String SIP = "E2U+sip";
    /** The DNS gives up earlier by itself. */
    private static final Duration LONGEST = Duration.ofSeconds(40);

    private final TelephoneNumbers numbers;
    private final Predicate<Uri> isOwn;

    public NumberResolver(TelephoneNumbers numbers, Predicate<Uri> isOwn) {
        this.numbers = numbers;
        this.isOwn = isOwn;
    }

    @Override
    public String toEnum(URI uri) {
        return TelephoneNumbers.domain(number(uri));
    }

    @Override
    public boolean resolvesInternally(SipURI uri) {
        return isOwn.test(UriView.valueOf(uri));
    }

    @Override
    public @Nullable SipURI resolveToSipURI(URI uri) throws IOException {
        List<SipURI> all = resolveToSipURIs(uri);
        return all.isEmpty() ? null : all.get(0);
    }

    @Override
    public List<SipURI> resolveToSipURIs(URI uri) throws IOException {
        List<SipURI> uris = new ArrayList<>();
        for (String text : resolveToStrings(uri, SIP)) {
            sipUri(text).ifPresent(found -> uris.add(new SipUriView(found, Owner.none())));
        }
        return uris;
    }

    /** Empty for whatever else a stranger wrote into the DNS. */
    private static Optional<SipUri> sipUri(String text) {
        try {
            return Uri.parse(text) instanceof SipUri sip ? Optional.of(sip) : Optional.empty();
        } catch (SyntaxException e) {
            return Optional.empty();
        }
    }

    @Override
    public List<String> resolveToStrings(URI uri, String enumService) throws IOException {
        String number = number(uri);
        try {
            return numbers.uris(number, enumService).toCompletableFuture().get(LONGEST.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the DNS was asked for " + number, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the DNS did not answer for " + number + ": " + e.getMessage(), e);
        }
    }

    /** The number of a tel URI, or of a SIP URI with {@code user=phone}. */
    private static String number(URI uri) {
        Uri value = UriView.valueOf(uri);
        if (value instanceof TelUri tel && tel.isGlobal()) {
            return "+" + tel.number();
        }
        if (value instanceof SipUri sip
                && sip.parameters()
                        .value("user")
                        .filter("phone"::equalsIgnoreCase)
                        .isPresent()) {
            String user = sip.user().orElse("");
            int parameters = user.indexOf(';'); // RFC 3261 §19.1.6
            return parameters < 0 ? user : user.substring(0, parameters);
        }
        throw new IllegalArgumentException(uri + " has no global telephone number");
    }
}
