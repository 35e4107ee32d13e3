// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.authentication;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.sip.auth.DigestAlgorithm;
import org.trapezoid.sip.auth.DigestAuthenticator;
import org.trapezoid.sip.auth.DigestAuthenticator.Outcome;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.auth.Verdict;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.uri.Uri;

/** Digest authentication for applications, RFC 3261 §22 and RFC 8760, against the users of a file. Thread-safe. */
public final class DigestService implements DigestAuthentication {
    /** Realms are the application's, not the peer's; more than these are not kept. */
    private static final int MAX_REALMS = 1_000;

    private static final String STALE = "org.trapezoid.servlet.authentication.stale";

    private record Offer(String realm, List<DigestAlgorithm> algorithms, boolean userhash) {}

    private final Users users;
    private final NonceStore nonces;
    private final ConcurrentMap<Offer, DigestAuthenticator> realms = new ConcurrentHashMap<>();

    public DigestService(Users users, NonceStore nonces) {
        this.users = users;
        this.nonces = nonces;
    }

    @Override
    public boolean hasUsers() {
        return !users.isEmpty();
    }

    @Override
    public boolean isUser(String name, String realm) {
        return users.contains(name, realm);
    }

    @Override
    public Optional<String> authenticate(SipServletRequest request, int status, String realm) {
        HeaderName header = isProxy(status) ? HeaderName.PROXY_AUTHORIZATION : HeaderName.AUTHORIZATION;
        if (isExempt(request)) {
            return Optional.empty();
        }
        List<String> credentials = values(request, header);
        if (credentials.isEmpty()) {
            return Optional.empty();
        }
        Outcome outcome = of(realm).verify(request.getMethod(), target(request), credentials, body(request), users);
        if (outcome.verdict() == Verdict.STALE) {
            request.setAttribute(STALE, realm);
        }
        return outcome.verdict() == Verdict.ACCEPTED ? outcome.user() : Optional.empty();
    }

    @Override
    public void challenge(SipServletRequest request, int status, String realm) throws IOException {
        String header = (isProxy(status) ? HeaderName.PROXY_AUTHENTICATE : HeaderName.WWW_AUTHENTICATE).toString();
        if (isExempt(request)) {
            throw new IllegalStateException("cannot challenge an " + request.getMethod() + " (RFC 3261 §22.1)");
        }
        SipServletResponse response = request.createResponse(status);
        for (String challenge : of(realm).challenges(realm.equals(request.getAttribute(STALE)))) {
            response.addHeader(header, challenge);
        }
        response.send();
    }

    private DigestAuthenticator of(String realm) {
        Offer offer = new Offer(realm, users.algorithms(realm), users.asksForUserhash(realm));
        DigestAuthenticator known = realms.get(offer);
        if (known != null) {
            return known;
        }
        DigestAuthenticator made = new DigestAuthenticator(realm, offer.algorithms(), nonces, offer.userhash());
        if (realms.size() < MAX_REALMS) {
            realms.put(offer, made);
        }
        return made;
    }

    private static boolean isProxy(int status) {
        return switch (status) {
            case SipServletResponse.SC_UNAUTHORIZED -> false;
            case SipServletResponse.SC_PROXY_AUTHENTICATION_REQUIRED -> true;
            default -> throw new IllegalArgumentException("status is " + status + "; expected 401 or 407");
        };
    }

    private static boolean isExempt(SipServletRequest request) {
        return request.getMethod().equals("ACK") || request.getMethod().equals("CANCEL");
    }

    private static List<String> values(SipServletRequest request, HeaderName header) {
        List<String> values = new ArrayList<>(1);
        for (Iterator<String> each = request.getHeaders(header.toString()); each.hasNext(); ) {
            values.add(each.next());
        }
        return values;
    }

    private static Uri target(SipServletRequest request) {
        return Uri.parse(request.getRequestURI().toString());
    }

    private static byte[] body(SipServletRequest request) {
        try {
            byte[] body = request.getRawContent();
            return body == null ? new byte[0] : body;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
