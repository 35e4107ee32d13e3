// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.auth.DigestAuthenticator.Secret;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Uri;

class DigestAuthenticatorTest {
    private static final Account BOB = new Account("bob", "zanzibar");

    private final ManualClock clock = new ManualClock();
    private final NonceStore nonces = new NonceStore(clock, new Random(1), Duration.ofMinutes(2), 100);
    private final DigestAuthenticator authenticator =
            new DigestAuthenticator("biloxi.com", List.of(DigestAlgorithm.SHA_256, DigestAlgorithm.MD5), nonces);

    private static Request.Builder request(Method method) {
        return Request.builder(method, Uri.parse("sip:alice@biloxi.com"))
                .add(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKnashds7")
                .add(HeaderName.FROM, "<sip:bob@biloxi.com>;tag=456248")
                .add(HeaderName.TO, "<sip:alice@biloxi.com>")
                .add(HeaderName.CALL_ID, "843817637684230@998sdasdh09")
                .add(HeaderName.CSEQ, "1826 " + method.name());
    }

    private DigestAuthenticator.Outcome verify(Request request) {
        return authenticator.verify(request, HeaderName.AUTHORIZATION, credentials -> {
            assertThat(credentials.realm()).isEqualTo("biloxi.com");
            return credentials.username().equals("bob")
                    ? Optional.of(new Secret("bob", credentials.algorithm().ha1("bob", "biloxi.com", BOB.password())))
                    : Optional.empty();
        });
    }

    private static Request with(Request.Builder request, DigestCredentials credentials) {
        return request.add(HeaderName.AUTHORIZATION, credentials.toString()).build();
    }

    private DigestCredentials answer(Account account, Request request, int count) {
        var challenge =
                DigestChallenge.parse(authenticator.challenges(false).get(0)).orElseThrow();
        return DigestCredentials.answer(challenge, account, request, "0a4f113b", count);
    }

    @Test
    @Rfc(value = 8760, section = "2.3")
    @Checklist({"A1", "A6"})
    void challengesInOrderOfPreferenceWithQop() {
        var challenges = authenticator.challenges(false);

        assertThat(challenges)
                .extracting(value -> DigestChallenge.parse(value).orElseThrow().algorithm())
                .containsExactly(DigestAlgorithm.SHA_256, DigestAlgorithm.MD5);
        assertThat(challenges).allMatch(value -> value.contains("qop=\"auth\"") && !value.contains("stale"));
    }

    @Test
    @Rfc(value = 3261, section = "22.4")
    void acceptsTheRightAnswerAndNamesTheUser() {
        var request = request(Method.MESSAGE).build();

        var outcome = verify(with(request(Method.MESSAGE), answer(BOB, request, 1)));

        assertThat(outcome.verdict()).isEqualTo(Verdict.ACCEPTED);
        assertThat(outcome.user()).contains("bob");
    }

    @Test
    @Rfc(value = 7616, section = "3.3")
    @Checklist("A3")
    void takesAReplayForStale() {
        var request = with(
                request(Method.MESSAGE), answer(BOB, request(Method.MESSAGE).build(), 1));

        assertThat(verify(request).verdict()).isEqualTo(Verdict.ACCEPTED);
        assertThat(verify(request).verdict()).isEqualTo(Verdict.STALE);
        assertThat(authenticator.challenges(true)).allMatch(value -> value.contains("stale=true"));
    }

    @Test
    @Rfc(value = 7616, section = "3.3")
    @Checklist("A2")
    void tellsAnExpiredNonceFromAWrongPassword() {
        var request = request(Method.MESSAGE).build();
        var right = with(request(Method.MESSAGE), answer(BOB, request, 1));
        var wrong = with(request(Method.MESSAGE), answer(new Account("bob", "zanzibaR"), request, 1));
        clock.advance(Duration.ofSeconds(121));

        assertThat(verify(right).verdict()).isEqualTo(Verdict.STALE);
        assertThat(verify(wrong).verdict()).isEqualTo(Verdict.WRONG);
    }

    @Test
    @Rfc(value = 7616, section = "3.3")
    @Checklist("A2")
    void takesAForeignNonceWithTheRightPasswordForStale() {
        var foreign = DigestChallenge.of("biloxi.com", "5TsQWLVdgBdmrQ0XsxbDODV", DigestAlgorithm.MD5, false);
        var credentials =
                DigestCredentials.answer(foreign, BOB, request(Method.MESSAGE).build(), "c", 1);

        assertThat(verify(with(request(Method.MESSAGE), credentials)).verdict()).isEqualTo(Verdict.STALE);
    }

    @Test
    @Rfc(value = 3261, section = "22.4")
    @Checklist("A1")
    void acceptsCredentialsWithoutQop() {
        var old = new DigestChallenge(
                "biloxi.com",
                nonces.create(),
                DigestAlgorithm.MD5,
                java.util.Set.of(Qop.NONE),
                Optional.empty(),
                false,
                false);
        var credentials =
                DigestCredentials.answer(old, BOB, request(Method.MESSAGE).build(), "c", 1);

        assertThat(credentials.toString()).doesNotContain("qop", "nc=", "cnonce");
        assertThat(verify(with(request(Method.MESSAGE), credentials)).verdict()).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    @Rfc(value = 3261, section = "22.4")
    void refusesAnUnknownUser() {
        var credentials =
                answer(new Account("mallory", ""), request(Method.MESSAGE).build(), 1);

        assertThat(verify(with(request(Method.MESSAGE), credentials)).verdict()).isEqualTo(Verdict.WRONG);
    }

    @Test
    @Rfc(value = 3261, section = "22.4")
    void refusesAnUnknownUserWhoGuessesTheEmptySecret() {
        var challenge =
                DigestChallenge.parse(authenticator.challenges(false).get(0)).orElseThrow();
        var credentials = DigestCredentials.answer(
                        challenge,
                        new Account("mallory", ""),
                        request(Method.MESSAGE).build(),
                        "c",
                        1)
                .signed("", "MESSAGE", new byte[0]);

        assertThat(verify(with(request(Method.MESSAGE), credentials)).verdict()).isEqualTo(Verdict.WRONG);
    }

    @Test
    @Rfc(value = 3261, section = "22.1")
    @Checklist("A9")
    void picksTheCredentialsOfItsRealm() {
        var request = request(Method.MESSAGE).build();
        var other = DigestCredentials.answer(
                DigestChallenge.of("atlanta.com", "n", DigestAlgorithm.MD5, false), BOB, request, "c", 1);
        var both = request(Method.MESSAGE)
                .add(HeaderName.AUTHORIZATION, other.toString())
                .add(HeaderName.AUTHORIZATION, answer(BOB, request, 1).toString())
                .build();

        assertThat(verify(both).verdict()).isEqualTo(Verdict.ACCEPTED);
        assertThat(verify(with(request(Method.MESSAGE), other)).verdict()).isEqualTo(Verdict.MISSING);
    }

    @Test
    @Rfc(value = 8760, section = "2.4")
    @Checklist("A6")
    void doesNotAcceptAnAlgorithmThatWasNotOffered() {
        var session = DigestChallenge.of("biloxi.com", nonces.create(), DigestAlgorithm.MD5_SESS, false);
        var credentials =
                DigestCredentials.answer(session, BOB, request(Method.MESSAGE).build(), "c", 1);

        assertThat(verify(with(request(Method.MESSAGE), credentials)).verdict()).isEqualTo(Verdict.MISSING);
    }

    @Test
    @Rfc(value = 3261, section = "22.4")
    @Checklist("A4")
    void acceptsAChangedRequestUriOfTheSameUserOnly() {
        var sameUser = request(Method.MESSAGE).uri(Uri.parse("sip:alice@192.0.2.4:5070;transport=tcp"));
        var otherUser = request(Method.MESSAGE).uri(Uri.parse("sip:carol@biloxi.com"));
        var signed = request(Method.MESSAGE).build();

        assertThat(verify(with(sameUser, answer(BOB, signed, 1))).verdict()).isEqualTo(Verdict.ACCEPTED);
        assertThat(verify(with(otherUser, answer(BOB, signed, 1))).verdict()).isEqualTo(Verdict.WRONG);
    }

    @Test
    @Rfc(value = 3261, section = "22.1")
    @Checklist("A8")
    void neverChallengesAckAndCancel() {
        assertThat(verify(request(Method.ACK).build()).verdict()).isEqualTo(Verdict.EXEMPT);
        assertThat(verify(request(Method.CANCEL).build()).verdict()).isEqualTo(Verdict.EXEMPT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic Ym9iOnphbnppYmFy",
                "Digest",
                "Digest username=\"bob\", realm=\"biloxi.com",
                "Digest username=\"bob\", realm=\"biloxi.com\", realm=\"x\", nonce=\"n\", uri=\"sip:a@b\", response=\"0\"",
                "Digest username=\"bob\", realm=\"biloxi.com\", nonce=\"n\", uri=\"sip:a@b\", response=\"0\", algorithm=\"none\""
            })
    @Rfc(value = 3261, section = "22.4")
    @Checklist("A7")
    void asksAgainWhenCredentialsAreNotUsable(String header) {
        var request =
                request(Method.MESSAGE).add(HeaderName.AUTHORIZATION, header).build();

        assertThat(verify(request).verdict()).isEqualTo(Verdict.MISSING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "sip:", "sip:%zz@", "alice"})
    @Rfc(value = 3261, section = "22.4")
    @Checklist("A4")
    void refusesAUriThatIsNone(String uri) {
        var challenge =
                DigestChallenge.parse(authenticator.challenges(false).get(1)).orElseThrow();
        var credentials = new DigestCredentials(
                        "bob",
                        false,
                        "biloxi.com",
                        challenge.nonce(),
                        uri,
                        DigestAlgorithm.MD5,
                        Qop.AUTH,
                        "00000001",
                        "c",
                        "",
                        Optional.empty())
                .signed(DigestAlgorithm.MD5.ha1("bob", "biloxi.com", "zanzibar"), "MESSAGE", new byte[0]);

        assertThat(verify(with(request(Method.MESSAGE), credentials)).verdict()).isEqualTo(Verdict.WRONG);
    }
}
