// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.trapezoid.api.DigestAuthentication;

/** Lets who calls in the name of our domains prove who it is, once there are users (RFC 3261 §22). Thread-safe. */
public final class Callers {

    /** What is known of a caller. */
    public enum Caller {
        /** One of a foreign domain, or of ours as long as there are no users. */
        UNPROVEN,
        PROVEN,
        /** It got an answer; nothing is left to do. */
        REFUSED
    }

    private final DigestAuthentication digest;
    private final Subscribers subscribers;

    public Callers(DigestAuthentication digest, Subscribers subscribers) {
        this.digest = digest;
        this.subscribers = subscribers;
    }

    /** Who sent an initial request that goes on from here; challenges when it does not say (§22.3). */
    public Caller identify(SipServletRequest req) throws IOException {
        return identify(req, SipServletResponse.SC_PROXY_AUTHENTICATION_REQUIRED);
    }

    /** Who sent a request that ends here (§22.2). */
    public Caller identifySender(SipServletRequest req) throws IOException {
        return identify(req, SipServletResponse.SC_UNAUTHORIZED);
    }

    private Caller identify(SipServletRequest req, int challenge) throws IOException {
        Optional<String> caller = subscribers.claimedBy(req.getFrom().getURI());
        if (caller.isEmpty() || !digest.hasUsers()) {
            return Caller.UNPROVEN;
        }
        String realm = Subscribers.domain(caller.get());
        Optional<String> user = digest.authenticate(req, challenge, realm);
        if (user.isEmpty()) {
            digest.challenge(req, challenge, realm);
            return Caller.REFUSED;
        }
        if (!caller.equals(subscribers.of(user.get(), realm))) {
            req.createResponse(SipServletResponse.SC_FORBIDDEN).send();
            return Caller.REFUSED;
        }
        return Caller.PROVEN;
    }
}
