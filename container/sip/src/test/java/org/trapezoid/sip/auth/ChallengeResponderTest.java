// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Uri;

class ChallengeResponderTest {
    private static final Account BOB = new Account("bob", "zanzibar");
    private static final Account NEW_BOB = new Account("bob", "marrakesh");

    private final ChallengeResponder responder = new ChallengeResponder(new Random(1));
    private final Request register = Request.builder(Method.REGISTER, Uri.parse("sip:biloxi.com"))
            .add(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKnashds7")
            .add(HeaderName.FROM, "<sip:bob@biloxi.com>;tag=456248")
            .add(HeaderName.TO, "<sip:bob@biloxi.com>")
            .add(HeaderName.CALL_ID, "843817637684230@998sdasdh09")
            .add(HeaderName.CSEQ, "1826 REGISTER")
            .build();

    private static Optional<Account> biloxiOnly(String realm) {
        return realm.equals("biloxi.com") ? Optional.of(BOB) : Optional.empty();
    }

    private static Response challenge(Request request, int status, String... values) {
        var response = Response.to(request, status);
        for (String value : values) {
            response.add(status == 407 ? HeaderName.PROXY_AUTHENTICATE : HeaderName.WWW_AUTHENTICATE, value);
        }
        return response.build();
    }

    private static String digest(String realm, String nonce) {
        return "Digest realm=\"" + realm + "\", nonce=\"" + nonce + "\", qop=\"auth,auth-int\"";
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 407})
    @Rfc(value = 3261, section = "22.2")
    @Checklist("U16")
    void repeatsTheRequestWithCredentialsAndTheNextCSeq(int status) {
        var challenge = challenge(register, status, digest("biloxi.com", "n1"));

        var retry = responder
                .retry(register, challenge, ChallengeResponderTest::biloxiOnly, 1827)
                .orElseThrow()
                .build();

        assertThat(retry.callId()).isEqualTo(register.callId());
        assertThat(retry.from()).isEqualTo(register.from());
        assertThat(retry.to()).isEqualTo(register.to());
        assertThat(retry.cseq().number()).isEqualTo(1827);
        assertThat(retry.headers().has(HeaderName.VIA)).isFalse();
        var header = status == 407 ? HeaderName.PROXY_AUTHORIZATION : HeaderName.AUTHORIZATION;
        var credentials = DigestCredentials.parse(retry.headers().first(header).orElseThrow())
                .orElseThrow();
        assertThat(credentials.qop()).isEqualTo(Qop.AUTH);
        assertThat(credentials.nonceCount()).isEqualTo(1);
        assertThat(credentials.uri()).isEqualTo("sip:biloxi.com");
        assertThat(credentials.matches(
                        DigestAlgorithm.MD5.ha1("bob", "biloxi.com", "zanzibar"), "REGISTER", retry.body()))
                .isTrue();
    }

    @Test
    @Rfc(value = 8760, section = "2.4")
    @Checklist("A6")
    void answersTheTopmostSupportedChallengeOfEachRealm() {
        var challenge = challenge(
                register,
                401,
                digest("biloxi.com", "n0") + ", algorithm=SHA3-512",
                digest("biloxi.com", "n1") + ", algorithm=SHA-512-256",
                digest("biloxi.com", "n2") + ", algorithm=MD5",
                digest("atlanta.com", "n3"));

        var retry = responder
                .retry(register, challenge, realm -> Optional.of(BOB), 1827)
                .orElseThrow()
                .build();

        assertThat(retry.headers().all(HeaderName.AUTHORIZATION))
                .extracting(
                        value -> DigestCredentials.parse(value).orElseThrow().nonce())
                .containsExactly("n1", "n3");
    }

    @Test
    @Rfc(value = 3261, section = "22.1")
    @Checklist("A10")
    void doesNotRepeatRefusedCredentials() {
        var first = responder
                .retry(
                        register,
                        challenge(register, 401, digest("biloxi.com", "n1")),
                        ChallengeResponderTest::biloxiOnly,
                        2)
                .orElseThrow()
                .build();
        var refused = challenge(register, 401, digest("biloxi.com", "n2"));
        var stale = challenge(register, 401, digest("biloxi.com", "n2") + ", stale=TRUE");

        assertThat(responder.retry(first, refused, ChallengeResponderTest::biloxiOnly, 3))
                .isEmpty();
        assertThat(responder.retry(first, refused, realm -> Optional.of(NEW_BOB), 3))
                .isPresent();
        var again = responder
                .retry(first, stale, ChallengeResponderTest::biloxiOnly, 3)
                .orElseThrow()
                .build();
        assertThat(again.headers().all(HeaderName.AUTHORIZATION))
                .singleElement()
                .satisfies(value -> assertThat(
                                DigestCredentials.parse(value).orElseThrow().nonce())
                        .isEqualTo("n2"));
    }

    @Test
    @Rfc(value = 3261, section = "22.3")
    void keepsTheCredentialsOfARealmThatIsContent() {
        var atlanta = responder
                .retry(register, challenge(register, 407, digest("atlanta.com", "n1")), realm -> Optional.of(BOB), 2)
                .orElseThrow()
                .build();

        var both = responder
                .retry(
                        atlanta,
                        challenge(register, 407, digest("biloxi.com", "n2")),
                        ChallengeResponderTest::biloxiOnly,
                        3)
                .orElseThrow()
                .build();

        assertThat(both.headers().all(HeaderName.PROXY_AUTHORIZATION))
                .extracting(
                        value -> DigestCredentials.parse(value).orElseThrow().realm())
                .containsExactly("atlanta.com", "biloxi.com");
    }

    @Test
    @Rfc(value = 3261, section = "26.3.2.1")
    void answersNoRealmThatIsNotConfigured() {
        var foreign = challenge(register, 401, digest("evil.example", "n1"), "Basic realm=\"biloxi.com\"");

        assertThat(responder.retry(register, foreign, ChallengeResponderTest::biloxiOnly, 2))
                .isEmpty();
    }

    @Test
    @Rfc(value = 7616, section = "3.4.4")
    void hashesTheUserNameWhenAsked() {
        var challenge = DigestChallenge.parse(
                        digest("biloxi.com", "n") + ", userhash=true, algorithm=SHA-256, opaque=\"o\"")
                .orElseThrow();

        var credentials = responder.answer(challenge, BOB, register);

        assertThat(credentials.userhash()).isTrue();
        assertThat(credentials.username()).isEqualTo(DigestAlgorithm.SHA_256.userhash("bob", "biloxi.com"));
        assertThat(credentials.opaque()).contains("o");
        assertThat(credentials.matches(BOB, register)).isTrue();
    }

    @Test
    @Rfc(value = 7616, section = "3.3")
    void readsBackTheChallengesItWrites() {
        var written = DigestChallenge.of("a \"realm\"", "n", DigestAlgorithm.SHA_512_256, true);

        assertThat(DigestChallenge.parse(written.toString())).contains(written);
        assertThat(DigestChallenge.parse(digest("r", "n").replace("auth,auth-int", "gold")))
                .isEmpty();
    }
}
