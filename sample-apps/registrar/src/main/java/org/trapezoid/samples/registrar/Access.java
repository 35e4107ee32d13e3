// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.samples.Subscribers;

/**
 * Who may register what, RFC 3261 §10.3 steps 3 and 4: each user its own address-of-record. As long as there are no users,
 * everybody on this machine may register everything. Thread-safe.
 */
final class Access {
    private static final Logger log = LoggerFactory.getLogger(Access.class);

    private final DigestAuthentication digest;
    private final Subscribers subscribers;
    private final AtomicBoolean toldWhy = new AtomicBoolean();

    Access(DigestAuthentication digest, Subscribers subscribers) {
        this.digest = digest;
        this.subscribers = subscribers;
    }

    /** Whether it is allowed; else the answer was sent. */
    boolean grant(SipServletRequest register, String domain, Optional<String> addressOfRecord) throws IOException {
        if (!digest.hasUsers()) {
            return grantWithoutUsers(register);
        }
        Optional<String> user = digest.authenticate(register, SipServletResponse.SC_UNAUTHORIZED, domain);
        if (user.isEmpty()) {
            digest.challenge(register, SipServletResponse.SC_UNAUTHORIZED, domain);
            return false;
        }
        if (addressOfRecord.isPresent() && !addressOfRecord.equals(subscribers.of(user.get(), domain))) {
            register.createResponse(SipServletResponse.SC_FORBIDDEN).send();
            return false;
        }
        return true;
    }

    private boolean grantWithoutUsers(SipServletRequest register) throws IOException {
        if (isLoopback(register.getLocalAddr())) {
            return true;
        }
        if (toldWhy.compareAndSet(false, true)) {
            log.warn(
                    "REGISTER from {} to {} refused: without users (trapezoid user add) anybody could register, so only this"
                            + " machine may. Said once",
                    register.getRemoteAddr(),
                    register.getLocalAddr());
        }
        register.createResponse(SipServletResponse.SC_FORBIDDEN).send();
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
