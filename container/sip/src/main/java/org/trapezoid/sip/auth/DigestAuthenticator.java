// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

/**
 * Challenges requests and verifies their credentials for one realm, RFC 3261 §22 and RFC 8760. Thread-safe. Whatever a peer
 * sends, the answer is a {@link Verdict}.
 */
public final class DigestAuthenticator {

    /** A user and the secret kept for it, see {@link DigestAlgorithm#ha1}. */
    public record Secret(String user, String ha1) {
        @Override
        public String toString() {
            return user;
        }
    }

    /** Where the secrets of a realm are kept. */
    @FunctionalInterface
    public interface Secrets {
        /** The user that the credentials name, by name or by hash (RFC 7616 §3.4.4), and the secret for their algorithm. */
        Optional<Secret> find(DigestCredentials credentials);
    }

    /** A verdict and, when it is ACCEPTED or STALE, the user. */
    public record Outcome(Verdict verdict, Optional<String> user) {
        private static Outcome of(Verdict verdict) {
            return new Outcome(verdict, Optional.empty());
        }
    }

    private final String realm;
    private final List<DigestAlgorithm> algorithms;
    private final NonceStore nonces;
    private final boolean userhash;
    /** What stands for the secret of a user that does not exist. As long as a real one: hashing it takes as long. */
    private final Map<DigestAlgorithm, String> decoys = new EnumMap<>(DigestAlgorithm.class);

    /** The algorithms are offered in this order of preference, RFC 8760 §2.3; no others are accepted. */
    public DigestAuthenticator(String realm, List<DigestAlgorithm> algorithms, NonceStore nonces) {
        this(realm, algorithms, nonces, false);
    }

    /** The same, which asks for hashed user names (RFC 7616 §3.4.4) or does not; plain ones are accepted all the same. */
    public DigestAuthenticator(String realm, List<DigestAlgorithm> algorithms, NonceStore nonces, boolean userhash) {
        this.realm = realm;
        this.algorithms = List.copyOf(algorithms);
        this.nonces = nonces;
        this.userhash = userhash;
        for (DigestAlgorithm algorithm : this.algorithms) {
            decoys.put(algorithm, algorithm.hash(""));
        }
    }

    /** The header field values of a challenge, one for each algorithm. */
    public List<String> challenges(boolean stale) {
        var challenges = new ArrayList<String>(algorithms.size());
        for (DigestAlgorithm algorithm : algorithms) {
            challenges.add(DigestChallenge.of(realm, nonces.create(), algorithm, stale, userhash)
                    .toString());
        }
        return challenges;
    }

    /** Verifies the credentials for our realm in Authorization or Proxy-Authorization. */
    public Outcome verify(Request request, HeaderName header, Secrets secrets) {
        if (request.method().equals(Method.ACK) || request.method().equals(Method.CANCEL)) {
            return Outcome.of(Verdict.EXEMPT);
        }
        return verify(request.method().name(), request.uri(), request.headers().all(header), request.body(), secrets);
    }

    /**
     * Verifies the credentials for our realm among these values of Authorization or Proxy-Authorization; for a request that
     * may be challenged.
     */
    public Outcome verify(String method, Uri target, List<String> values, byte[] body, Secrets secrets) {
        var ours = ours(values);
        if (ours.isEmpty()) {
            return Outcome.of(Verdict.MISSING);
        }
        var credentials = ours.get();
        var secret = secrets.find(credentials);
        // An unknown user takes as long as a wrong password, so that names cannot be guessed by time.
        var decoy = decoys.getOrDefault(credentials.algorithm(), "");
        var ha1 = secret.map(Secret::ha1).orElse(decoy);
        boolean matches = credentials.matches(ha1, method, body);
        if (!matches || secret.isEmpty() || !namesTarget(credentials, target)) {
            return Outcome.of(Verdict.WRONG);
        }
        var verdict = isFirstUse(credentials) ? Verdict.ACCEPTED : Verdict.STALE;
        return new Outcome(verdict, Optional.of(secret.get().user()));
    }

    private Optional<DigestCredentials> ours(List<String> values) {
        for (String value : values) {
            var credentials = DigestCredentials.parse(value);
            if (credentials.isPresent()
                    && credentials.get().realm().equals(realm)
                    && algorithms.contains(credentials.get().algorithm())) {
                return credentials;
            }
        }
        return Optional.empty();
    }

    private boolean isFirstUse(DigestCredentials credentials) {
        return credentials.qop() == Qop.NONE
                ? nonces.isFresh(credentials.nonce())
                : nonces.use(credentials.nonce(), credentials.nonceCount());
    }

    /** RFC 3261 §22.4 (2), (6): proxies may have changed the Request-URI; only another user is refused. */
    private static boolean namesTarget(DigestCredentials credentials, Uri requestUri) {
        Uri uri;
        try {
            uri = Uri.parse(credentials.uri());
        } catch (SyntaxException e) {
            return false;
        }
        if (uri instanceof SipUri signed && requestUri instanceof SipUri target) {
            return signed.user().isEmpty()
                    || target.user().isEmpty()
                    || signed.userDecoded().equals(target.userDecoded());
        }
        return true;
    }
}
