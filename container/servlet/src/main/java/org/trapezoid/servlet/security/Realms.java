// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.trapezoid.sip.auth.DigestAlgorithm;
import org.trapezoid.sip.auth.DigestAuthenticator;
import org.trapezoid.sip.auth.DigestAuthenticator.Outcome;
import org.trapezoid.sip.auth.DigestCredentials;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.auth.Verdict;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.Uri;

/** The authenticators of all realms over the same users, RFC 3261 §22 and RFC 8760. Thread-safe. */
public final class Realms {
    /** Realms are the application's, not the peer's; more than these are not kept. */
    private static final int MAX_REALMS = 1_000;

    /** How long a request may be on its way between applications of this server. */
    private static final Duration ON_ITS_WAY = Duration.ofSeconds(32);

    private record Offer(String realm, List<DigestAlgorithm> algorithms, boolean userhash) {}

    private final Accounts accounts;
    private final NonceStore nonces;
    private final Proofs proofs;
    private final ConcurrentMap<Offer, DigestAuthenticator> realms = new ConcurrentHashMap<>();

    public Realms(Accounts accounts, NonceStore nonces, InstantSource clock) {
        this.accounts = accounts;
        this.nonces = nonces;
        this.proofs = new Proofs(clock, ON_ITS_WAY);
    }

    public Accounts accounts() {
        return accounts;
    }

    /** The header field values of a challenge. */
    public List<String> challenges(String realm, boolean stale) {
        return of(realm).challenges(stale);
    }

    /** What the credentials of a request prove. */
    Outcome verify(String realm, Request request, HeaderName header, boolean inside) {
        return verify(
                realm,
                Asked.of(request, inside),
                request.method().name(),
                request.uri(),
                request.headers().all(header),
                request.body());
    }

    /** What these values of Authorization or Proxy-Authorization prove about a request; not for ACK and CANCEL. */
    public Outcome verify(
            String realm, Asked request, String method, Uri target, List<String> credentials, byte[] body) {
        Outcome outcome = of(realm).verify(method, target, credentials, body, accounts);
        if (outcome.verdict() == Verdict.ACCEPTED) {
            proofs.add(request, credentials);
        } else if (outcome.verdict() == Verdict.STALE && request.inside() && proofs.contains(request, credentials)) {
            return new Outcome(Verdict.ACCEPTED, outcome.user());
        }
        return outcome;
    }

    /** Whether a user whom the credentials name has to be waited for: any of them, since a peer chooses which ones count. */
    boolean waits(String realm, Request request, HeaderName header) {
        if (!accounts.isRemote()) {
            return false;
        }
        for (String value : request.headers().all(header)) {
            Optional<DigestCredentials> credentials = DigestCredentials.parse(value);
            if (credentials.isPresent()
                    && credentials.get().realm().equals(realm)
                    && accounts.waits(credentials.get().username(), realm)) {
                return true;
            }
        }
        return false;
    }

    Set<String> roles(String user, String realm) {
        return accounts.roles(user, realm);
    }

    private DigestAuthenticator of(String realm) {
        Offer offer = new Offer(realm, accounts.algorithms(realm), accounts.asksForUserhash(realm));
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
}
