// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.authentication;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.servlet.security.Asked;
import org.trapezoid.servlet.security.Realms;
import org.trapezoid.servlet.session.Identity;
import org.trapezoid.sip.auth.DigestAuthenticator.Outcome;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.auth.Verdict;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.uri.Uri;

/** Digest authentication for applications, RFC 3261 §22 and RFC 8760, against the users of the server. Thread-safe. */
public final class DigestService implements DigestAuthentication {
    private static final String STALE = "org.trapezoid.servlet.authentication.stale";

    private final Realms realms;

    public DigestService(Realms realms) {
        this.realms = realms;
    }

    /** Over a file of users. */
    public DigestService(Users users, NonceStore nonces) {
        this(new Realms(users, nonces, InstantSource.system()));
    }

    @Override
    public boolean hasUsers() {
        return !realms.accounts().isEmpty();
    }

    @Override
    public boolean isUser(String name, String realm) {
        return realms.accounts().contains(name, realm);
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
        Outcome outcome =
                realms.verify(realm, asked(request), request.getMethod(), target(request), credentials, body(request));
        if (outcome.verdict() == Verdict.STALE) {
            request.setAttribute(STALE, realm);
        }
        if (outcome.verdict() != Verdict.ACCEPTED) {
            return Optional.empty();
        }
        outcome.user().ifPresent(user -> request.setAttribute(Identity.PROVEN, user));
        return outcome.user();
    }

    @Override
    public void challenge(SipServletRequest request, int status, String realm) throws IOException {
        String header = (isProxy(status) ? HeaderName.PROXY_AUTHENTICATE : HeaderName.WWW_AUTHENTICATE).toString();
        if (isExempt(request)) {
            throw new IllegalStateException("cannot challenge an " + request.getMethod() + " (RFC 3261 §22.1)");
        }
        SipServletResponse response = request.createResponse(status);
        for (String challenge : realms.challenges(realm, realm.equals(request.getAttribute(STALE)))) {
            response.addHeader(header, challenge);
        }
        response.send();
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

    private static Asked asked(SipServletRequest request) {
        String tag = request.getFrom().getParameter("tag");
        return new Asked(
                request.getCallId(), request.getHeader("CSeq"), tag == null ? "" : tag, request.isInternallyRouted());
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
