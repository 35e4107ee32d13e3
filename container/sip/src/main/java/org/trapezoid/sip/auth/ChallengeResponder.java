// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.trapezoid.sip.header.CSeq;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Answers challenges to our requests, RFC 3261 §22.2 and §22.3. Thread-safe. */
public final class ChallengeResponder {

    /** The accounts by realm. Only realms that are known here are answered, never one that a third party challenges for. */
    @FunctionalInterface
    public interface Accounts {
        Optional<Account> account(String realm);
    }

    private final RandomGenerator random;

    public ChallengeResponder(RandomGenerator random) {
        this.random = random;
    }

    /**
     * The rejected request with credentials for the realms of a 401 or 407, and the next CSeq number; without Via, which the
     * sender adds. Empty when no realm is known, or the same credentials were refused already (RFC 3261 §22.1).
     */
    public Optional<Request.Builder> retry(Request rejected, Response challenge, Accounts accounts, long cseq) {
        var header = challenge.status() == 407 ? HeaderName.PROXY_AUTHORIZATION : HeaderName.AUTHORIZATION;
        var sent = rejected.headers().all(header);
        var retry = rejected.toBuilder()
                .remove(HeaderName.VIA)
                .remove(header)
                .set(HeaderName.CSEQ, new CSeq(cseq, rejected.method().name()).toString());
        var challenges = DigestChallenge.of(challenge);
        for (String value : sent) {
            if (!isChallenged(value, challenges)) {
                retry.add(header, value); // a realm that is content with what it got
            }
        }
        boolean answered = false;
        for (DigestChallenge each : challenges) {
            var account = accounts.account(each.realm());
            if (account.isPresent() && !wasRefused(each, account.get(), rejected, sent)) {
                retry.add(header, answer(each, account.get(), rejected).toString());
                answered = true;
            }
        }
        return answered ? Optional.of(retry) : Optional.empty();
    }

    /** The credentials that answer one challenge for a request, with a nonce used for the first time. */
    public DigestCredentials answer(DigestChallenge challenge, Account account, Request request) {
        return answer(challenge, account, request, 1);
    }

    /** The same with a nonce used so many times, this time included (RFC 7616 §3.4). */
    public DigestCredentials answer(DigestChallenge challenge, Account account, Request request, int nonceCount) {
        return DigestCredentials.answer(
                challenge, account, request, HexFormat.of().toHexDigits(random.nextLong()), nonceCount);
    }

    private static boolean isChallenged(String credentials, List<DigestChallenge> challenges) {
        var parsed = DigestCredentials.parse(credentials);
        for (DigestChallenge challenge : challenges) {
            if (parsed.isPresent() && parsed.get().realm().equals(challenge.realm())) {
                return true;
            }
        }
        return false;
    }

    /** Without stale the secret was wrong: the same one will be wrong again, RFC 3261 §22.1 and RFC 7616 §3.3. */
    private static boolean wasRefused(DigestChallenge challenge, Account account, Request rejected, List<String> sent) {
        if (challenge.stale()) {
            return false;
        }
        for (String value : sent) {
            var credentials = DigestCredentials.parse(value);
            if (credentials.isPresent()
                    && credentials.get().realm().equals(challenge.realm())
                    && credentials.get().matches(account, rejected)) {
                return true;
            }
        }
        return false;
    }
}
