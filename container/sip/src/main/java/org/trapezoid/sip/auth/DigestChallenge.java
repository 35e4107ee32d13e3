// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Response;

/** A digest challenge as WWW-Authenticate and Proxy-Authenticate carry it, RFC 7616 §3.3. An immutable value. */
public record DigestChallenge(
        String realm,
        String nonce,
        DigestAlgorithm algorithm,
        Set<Qop> qops,
        Optional<String> opaque,
        boolean stale,
        boolean userhash) {

    public DigestChallenge {
        qops = Set.copyOf(qops);
    }

    /** Our own challenge: it always has a qop, RFC 3261 §22.4 (8). */
    public static DigestChallenge of(String realm, String nonce, DigestAlgorithm algorithm, boolean stale) {
        return of(realm, nonce, algorithm, stale, false);
    }

    /** The same, which asks for a hashed user name or does not. */
    public static DigestChallenge of(
            String realm, String nonce, DigestAlgorithm algorithm, boolean stale, boolean userhash) {
        return new DigestChallenge(realm, nonce, algorithm, Set.of(Qop.AUTH), Optional.empty(), stale, userhash);
    }

    /** Empty when it is malformed, not Digest, or asks for an algorithm or qop that we do not know: it is ignored then. */
    public static Optional<DigestChallenge> parse(String headerValue) {
        return AuthParameters.parse(headerValue)
                .filter(AuthParameters::isDigest)
                .flatMap(DigestChallenge::of);
    }

    private static Optional<DigestChallenge> of(AuthParameters parameters) {
        var realm = parameters.value("realm");
        var nonce = parameters.value("nonce");
        var algorithm = DigestAlgorithm.of(parameters.value("algorithm").orElse("MD5"));
        var qops = qops(parameters.value("qop"));
        if (realm.isEmpty() || nonce.isEmpty() || algorithm.isEmpty() || qops.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new DigestChallenge(
                realm.get(),
                nonce.get(),
                algorithm.get(),
                qops,
                parameters.value("opaque"),
                parameters.isTrue("stale"),
                parameters.isTrue("userhash")));
    }

    /**
     * The challenges of a 401 or 407 to answer: for each realm the topmost that we support, in the peer's order of preference
     * (RFC 8760 §2.4).
     */
    public static List<DigestChallenge> of(Response response) {
        var header = response.status() == 407 ? HeaderName.PROXY_AUTHENTICATE : HeaderName.WWW_AUTHENTICATE;
        var realms = new HashSet<String>();
        var chosen = new ArrayList<DigestChallenge>();
        for (String value : response.headers().all(header)) {
            parse(value).filter(challenge -> realms.add(challenge.realm())).ifPresent(chosen::add);
        }
        return chosen;
    }

    /** The qop to answer with: auth if offered, because bodies are changed on the way (RFC 3261 §26.4.1). */
    Qop preferredQop() {
        if (qops.contains(Qop.AUTH)) {
            return Qop.AUTH;
        }
        return qops.contains(Qop.AUTH_INT) ? Qop.AUTH_INT : Qop.NONE;
    }

    private static Set<Qop> qops(Optional<String> list) {
        if (list.isEmpty()) {
            return Set.of(Qop.NONE);
        }
        var qops = new HashSet<Qop>();
        var text = list.get();
        for (int start = 0; start <= text.length(); ) {
            int comma = text.indexOf(',', start);
            int end = comma < 0 ? text.length() : comma;
            Qop.of(text.substring(start, end).strip()).ifPresent(qops::add);
            start = end + 1;
        }
        return qops;
    }

    /** The header field value. */
    @Override
    public String toString() {
        var value = new StringBuilder("Digest realm=")
                .append(AuthParameters.quote(realm))
                .append(", nonce=")
                .append(AuthParameters.quote(nonce));
        opaque.ifPresent(text -> value.append(", opaque=").append(AuthParameters.quote(text)));
        value.append(", algorithm=").append(algorithm.token());
        var tokens = new ArrayList<String>();
        for (Qop qop : Qop.values()) {
            if (qop != Qop.NONE && qops.contains(qop)) {
                tokens.add(qop.token());
            }
        }
        if (!tokens.isEmpty()) {
            value.append(", qop=\"").append(String.join(",", tokens)).append('"');
        }
        if (stale) {
            value.append(", stale=true");
        }
        if (userhash) {
            value.append(", userhash=true");
        }
        return value.toString();
    }
}
