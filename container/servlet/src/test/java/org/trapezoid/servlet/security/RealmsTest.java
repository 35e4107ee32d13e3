// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.trapezoid.api.UserStore;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.uri.Uri;

/** Whether credentials can be looked at without waiting for a store of users. */
class RealmsTest {
    private static final String REALM = "a.test";

    private final ManualClock clock = new ManualClock();
    private final List<String> asked = new ArrayList<>();
    private final UserStore store = (name, realm) -> {
        asked.add(name);
        return Optional.of(UserStore.User.withPassword("secret", Set.of()));
    };
    private final StoredAccounts accounts = new StoredAccounts("users", store, StoredAccounts.Options.DEFAULT, clock);
    private final Realms realms = new Realms(accounts, new NonceStore(clock, new SplittableRandom(1)), clock);

    private static String of(String user, String algorithm) {
        return "Digest username=\"" + user + "\", realm=\"" + REALM + "\", nonce=\"n\", uri=\"sip:a.test\", algorithm="
                + algorithm + ", response=\"" + "0".repeat(algorithm.equals("MD5") ? 32 : 64) + "\"";
    }

    private static Request request(String... credentials) {
        Request.Builder request = Request.builder(Method.of("MESSAGE"), Uri.parse("sip:a.test"))
                .add(HeaderName.FROM, "<sip:known@a.test>;tag=1")
                .add(HeaderName.CALL_ID, "call")
                .add(HeaderName.CSEQ, "1 MESSAGE");
        for (String each : credentials) {
            request.add(HeaderName.AUTHORIZATION, each);
        }
        return request.build();
    }

    @Test
    void aKnownUserBesideAnotherOneDoesNotHideThatTheOtherHasToBeWaitedFor() {
        accounts.contains("known", REALM);
        Request known = request(of("known", "MD5"));
        Request both = request(of("known", "SHA-512-256"), of("other", "MD5"));
        assertThat(realms.waits(REALM, known, HeaderName.AUTHORIZATION)).isFalse();

        assertThat(realms.waits(REALM, both, HeaderName.AUTHORIZATION)).isTrue();

        realms.verify(REALM, both, HeaderName.AUTHORIZATION, false); // SHA-512-256 is not offered: the other one counts
        assertThat(asked).containsExactly("known", "other");
    }
}
