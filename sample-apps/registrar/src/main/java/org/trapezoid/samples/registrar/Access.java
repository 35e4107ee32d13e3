// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.samples.Subscribers;

/**
 * Who may register what, RFC 3261 §10.3 steps 3 and 4: each user its own address-of-record; and who may watch registrations, RFC
 * 3680 §4.6: their user, and the users named for it. As long as there are no users, everybody on this machine may do everything.
 * Thread-safe.
 */
final class Access {
    private static final Logger log = LoggerFactory.getLogger(Access.class);

    private final DigestAuthentication digest;
    private final Subscribers subscribers;
    private final Set<String> watchers;
    private final AtomicBoolean toldWhy = new AtomicBoolean();

    Access(DigestAuthentication digest, Subscribers subscribers) {
        this(digest, subscribers, Set.of());
    }

    /** @param watchers the addresses-of-record of those to whom all of them are open */
    Access(DigestAuthentication digest, Subscribers subscribers, Set<String> watchers) {
        this.digest = digest;
        this.subscribers = subscribers;
        this.watchers = Set.copyOf(watchers);
    }

    /** Whether it is allowed; else the answer was sent. */
    boolean grant(SipServletRequest request, String domain, Optional<String> addressOfRecord) throws IOException {
        if (!digest.hasUsers()) {
            return grantWithoutUsers(request);
        }
        Optional<String> user = digest.authenticate(request, SipServletResponse.SC_UNAUTHORIZED, domain);
        if (user.isEmpty()) {
            digest.challenge(request, SipServletResponse.SC_UNAUTHORIZED, domain);
            return false;
        }
        Optional<String> own = subscribers.of(user.get(), domain);
        if (addressOfRecord.isPresent()
                && !addressOfRecord.equals(own)
                && !own.filter(watchers::contains).isPresent()) {
            request.createResponse(SipServletResponse.SC_FORBIDDEN).send();
            return false;
        }
        return true;
    }

    private boolean grantWithoutUsers(SipServletRequest request) throws IOException {
        if (isLoopback(request.getLocalAddr())) {
            return true;
        }
        if (toldWhy.compareAndSet(false, true)) {
            log.warn(
                    "{} from {} to {} refused: without users (trapezoid user add) it would be open to anybody, so only"
                            + " this machine may. Said once",
                    request.getMethod(),
                    request.getRemoteAddr(),
                    request.getLocalAddr());
        }
        request.createResponse(SipServletResponse.SC_FORBIDDEN).send();
        return false;
    }

    private static boolean isLoopback(@org.jspecify.annotations.Nullable String address) {
        try {
            return address != null && InetAddress.getByName(address).isLoopbackAddress(); // a literal: no look-up
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
