// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

class DigestCredentialsTest {
    private static final byte[] NO_BODY = {};

    /** RFC 7616 §3.9.1, with the MD5 and the SHA-256 response. */
    private static final String MUFASA = """
            Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=%s, \
            nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, \
            cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="%s", \
            opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"\
            """;

    @ParameterizedTest
    @CsvSource({
        "MD5, 8ca523f5e9506fed4657c9700eebdbec",
        "SHA-256, 753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    })
    @Rfc(value = 7616, section = "3.9.1")
    void verifiesTheExampleOfRfc7616(String algorithm, String response) {
        var credentials =
                DigestCredentials.parse(MUFASA.formatted(algorithm, response)).orElseThrow();

        var ha1 = credentials.algorithm().ha1("Mufasa", "http-auth@example.org", "Circle of Life");

        assertThat(credentials.matches(ha1, "GET", NO_BODY)).isTrue();
        assertThat(credentials.matches(ha1, "PUT", NO_BODY)).isFalse();
        var wrong = credentials.algorithm().ha1("Mufasa", "http-auth@example.org", "Circle of life");
        assertThat(credentials.matches(wrong, "GET", NO_BODY)).isFalse();
    }

    @Test
    @Rfc(value = 7616, section = "3.9.2")
    void verifiesTheUserhashExampleOfRfc7616() {
        // The username and response printed in the RFC are not SHA-512/256; these are those of erratum 4897.
        // too.
        var user = "J\u00e4s\u00f8n Doe";
        var algorithm = DigestAlgorithm.SHA_512_256;
        var header = """
                Digest username="%s", realm="api@example.org", uri="/doe.json", algorithm=SHA-512-256, \
                nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", nc=00000001, \
                cnonce="NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v", qop=auth, \
                response="3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5", \
                opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", userhash=true\
                """.formatted("793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b");

        var credentials = DigestCredentials.parse(header).orElseThrow();

        assertThat(algorithm.userhash(user, "api@example.org")).isEqualTo(credentials.username());
        assertThat(credentials.userhash()).isTrue();
        assertThat(credentials.matches(algorithm.ha1(user, "api@example.org", "Secret, or not?"), "GET", NO_BODY))
                .isTrue();
    }

    @Test
    @Rfc(value = 2617, section = "3.5")
    void verifiesTheExampleOfRfc2617() {
        var credentials = DigestCredentials.parse("""
                        Digest username="Mufasa", realm="testrealm@host.com", \
                        nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", qop=auth, nc=00000001, \
                        cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1", \
                        opaque="5ccc069c403ebaf9f0171e9517f40e41"\
                        """).orElseThrow();

        assertThat(credentials.algorithm()).isEqualTo(DigestAlgorithm.MD5);
        assertThat(credentials.matches("939e7578ed9e3c518a452acee763bce9", "GET", NO_BODY))
                .isTrue();
    }

    @Test
    @Rfc(value = 2617, section = "3.2.2.1")
    @Checklist("A1")
    void verifiesCredentialsWithoutQop() {
        var credentials = DigestCredentials.parse("""
                        Digest username="Mufasa", realm="testrealm@host.com", \
                        nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", \
                        response="670fd8c2df070c60b045671b8b24ff02"\
                        """).orElseThrow();

        assertThat(credentials.qop()).isEqualTo(Qop.NONE);
        assertThat(credentials.matches("939e7578ed9e3c518a452acee763bce9", "GET", NO_BODY))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"MD5", "SHA-256", "SHA-512-256"})
    @Rfc(value = 8760, section = "2.6")
    @Checklist("A5")
    void hashesTheEmptyStringForAuthIntWithoutBody(String token) {
        var algorithm = DigestAlgorithm.of(token).orElseThrow();
        var ha1 = algorithm.ha1("bob", "biloxi.com", "zanzibar");
        var ha2 = algorithm.hash("REGISTER:sip:biloxi.com:" + algorithm.hash(""));
        var response = algorithm.hash(ha1 + ":n:00000001:c:auth-int:" + ha2);

        var credentials = DigestCredentials.parse(
                        "Digest username=\"bob\",realm=\"biloxi.com\",nonce=\"n\",uri=\"sip:biloxi.com\",qop=auth-int,"
                                + "nc=00000001,cnonce=\"c\",algorithm=" + token + ",response=\"" + response + '"')
                .orElseThrow();

        assertThat(credentials.matches(ha1, "REGISTER", NO_BODY)).isTrue();
        assertThat(credentials.matches(ha1, "REGISTER", "x".getBytes(StandardCharsets.US_ASCII)))
                .isFalse();
    }

    @Test
    @Rfc(value = 7616, section = "3.4.2")
    void putsNonceAndCnonceIntoTheKeyOfASession() {
        var algorithm = DigestAlgorithm.MD5_SESS;
        var ha1 = algorithm.ha1("bob", "biloxi.com", "zanzibar");
        var response = algorithm.hash(
                algorithm.hash(ha1 + ":n:c") + ":n:00000001:c:auth:" + algorithm.hash("REGISTER:sip:biloxi.com"));

        var credentials = DigestCredentials.parse(
                        "Digest username=\"bob\", realm=\"biloxi.com\", nonce=\"n\", uri=\"sip:biloxi.com\", qop=auth, "
                                + "nc=00000001, cnonce=\"c\", algorithm=md5-SESS, response=\"" + response + '"')
                .orElseThrow();

        assertThat(credentials.matches(ha1, "REGISTER", NO_BODY)).isTrue();
    }

    @Test
    @Rfc(value = 7616, section = "3.4")
    void decodesTheExtendedUsername() {
        var header = MUFASA.formatted("MD5", "0".repeat(32))
                .replace("username=\"Mufasa\"", "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe");

        assertThat(DigestCredentials.parse(header).map(DigestCredentials::username))
                .contains("J\u00e4s\u00f8n Doe");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
                "Digest",
                "Digest username",
                "Digest username=",
                "Digest username=\"Mufasa",
                "Digest username=\"Mufasa\\",
                "Digest username=\"a\", username=\"b\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"r\"",
                "Digest username=\"a\" realm=\"r\" nonce=\"n\" uri=\"u\" response=\"r\"",
                "Digest realm=\"r\", nonce=\"n\", uri=\"u\", response=\"r\"",
                "Digest username=\"a\", nonce=\"n\", uri=\"u\", response=\"r\"",
                "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"r\", algorithm=SHA-1",
                "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"r\", qop=auth",
                "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"r\", qop=gold, nc=00000001, cnonce=c",
                "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"r\", qop=auth, nc=1, cnonce=\"c\"",
                "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"r\", qop=auth, nc=-0000001, cnonce=\"c\"",
                "Digest username*=UTF-8''%C, realm=\"r\", nonce=\"n\", uri=\"u\", response=\"r\"",
                "Digest username*=latin1''a, realm=\"r\", nonce=\"n\", uri=\"u\", response=\"r\"",
                "NoOneKnowsThisScheme opaque-data=here"
            })
    @Rfc(value = 3261, section = "22.4")
    @Checklist("A7")
    void treatsWhatIsNotUsableAsIfItWereNotThere(String header) {
        assertThat(DigestCredentials.parse(header)).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "25.1")
    void readsQuotedCommasQuotesAndForgottenQuotes() {
        var credentials = DigestCredentials.parse(
                        "dIGEST  username=\"a\\\"b, realm=\\\"x\" ,, realm = \"r\",nonce=n/1==,uri=sip:b@c;x=y, "
                                + "response=\"ABCD\", auth-param=\"ignored\" ,")
                .orElseThrow();

        assertThat(credentials.username()).isEqualTo("a\"b, realm=\"x");
        assertThat(credentials.realm()).isEqualTo("r");
        assertThat(credentials.nonce()).isEqualTo("n/1==");
        assertThat(credentials.uri()).isEqualTo("sip:b@c;x=y");
        assertThat(credentials.response()).isEqualTo("abcd");
    }

    @Test
    @Rfc(value = 7616, section = "3.4")
    void readsBackWhatItWrites() {
        var written = new DigestCredentials(
                "a\"b\\c,d",
                true,
                "r",
                "n",
                "sip:a@b",
                DigestAlgorithm.SHA_256,
                Qop.AUTH_INT,
                "0000000a",
                "c",
                "00",
                Optional.of("o"));

        assertThat(DigestCredentials.parse(written.toString())).contains(written);
        assertThat(written.nonceCount()).isEqualTo(10);
    }

    @Test
    @Rfc(value = 3261, section = "7.3.1")
    void writesNoLineBreaksIntoTheHeader() {
        var credentials = new DigestCredentials(
                "a\r\nVia: x", false, "r", "n", "u", DigestAlgorithm.MD5, Qop.NONE, "", "", "", Optional.empty());

        assertThat(credentials.toString()).doesNotContain("\r", "\n");
    }

    @Test
    @Checklist("A7")
    void neverThrowsOnMutatedCredentials() {
        var valid = MUFASA.formatted("MD5", "8ca523f5e9506fed4657c9700eebdbec");
        var random = new Random(7616);

        for (int round = 0; round < 20_000; round++) {
            var mutated = new StringBuilder(valid);
            for (int edit = random.nextInt(6); edit >= 0; edit--) {
                int position = random.nextInt(mutated.length());
                switch (random.nextInt(3)) {
                    case 0 -> mutated.setCharAt(position, (char) random.nextInt(0x180));
                    case 1 -> mutated.insert(position, "\"\\,=%' ".charAt(random.nextInt(7)));
                    default -> mutated.deleteCharAt(position);
                }
            }
            DigestCredentials.parse(mutated.toString()).ifPresent(credentials -> {
                credentials.nonceCount();
                credentials.matches("", "GET", NO_BODY);
                assertThat(DigestCredentials.parse(credentials.toString())).isPresent();
            });
        }
    }
}
