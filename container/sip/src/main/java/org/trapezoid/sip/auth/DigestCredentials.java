// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import org.trapezoid.sip.message.Request;

/**
 * Digest credentials as Authorization and Proxy-Authorization carry them, RFC 7616 §3.4. An immutable value. The nonce count
 * is an empty string without a qop; it stays as it was written, because it is hashed.
 */
public record DigestCredentials(
        String username,
        boolean userhash,
        String realm,
        String nonce,
        String uri,
        DigestAlgorithm algorithm,
        Qop qop,
        String nc,
        String cnonce,
        String response,
        Optional<String> opaque) {

    private static final int NC_DIGITS = 8;

    /** Empty when it is malformed, not Digest, or uses an algorithm or qop that we do not know: as if it were not there. */
    public static Optional<DigestCredentials> parse(String headerValue) {
        return AuthParameters.parse(headerValue)
                .filter(AuthParameters::isDigest)
                .flatMap(DigestCredentials::of);
    }

    private static Optional<DigestCredentials> of(AuthParameters parameters) {
        var username = parameters.value("username").or(() -> extended(parameters.value("username*")));
        var realm = parameters.value("realm");
        var nonce = parameters.value("nonce");
        var uri = parameters.value("uri");
        var response = parameters.value("response");
        var algorithm = DigestAlgorithm.of(parameters.value("algorithm").orElse("MD5"));
        var qop = parameters.value("qop").map(Qop::of).orElse(Optional.of(Qop.NONE));
        if (username.isEmpty()
                || realm.isEmpty()
                || nonce.isEmpty()
                || uri.isEmpty()
                || response.isEmpty()
                || algorithm.isEmpty()
                || qop.isEmpty()) {
            return Optional.empty();
        }
        var nc = qop.get() == Qop.NONE ? "" : parameters.value("nc").orElse("");
        var cnonce = parameters.value("cnonce").orElse("");
        if (qop.get() != Qop.NONE && (!isNonceCount(nc) || cnonce.isEmpty())) {
            return Optional.empty();
        }
        return Optional.of(new DigestCredentials(
                username.get(),
                parameters.isTrue("userhash"),
                realm.get(),
                nonce.get(),
                uri.get(),
                algorithm.get(),
                qop.get(),
                nc,
                cnonce,
                response.get().toLowerCase(Locale.ROOT),
                parameters.value("opaque")));
    }

    /** Answers a challenge for a request. The nonce count is 1 for the first use of a nonce, and rises with each further one. */
    public static DigestCredentials answer(
            DigestChallenge challenge, Account account, Request request, String cnonce, int nonceCount) {
        var algorithm = challenge.algorithm();
        var qop = challenge.preferredQop();
        var unsigned = new DigestCredentials(
                challenge.userhash() ? algorithm.userhash(account.username(), challenge.realm()) : account.username(),
                challenge.userhash(),
                challenge.realm(),
                challenge.nonce(),
                request.uriText(),
                algorithm,
                qop,
                qop == Qop.NONE ? "" : hex8(nonceCount),
                qop == Qop.NONE && !algorithm.isSession() ? "" : cnonce,
                "",
                challenge.opaque());
        var ha1 = algorithm.ha1(account.username(), challenge.realm(), account.password());
        return unsigned.signed(ha1, request.method().name(), request.body());
    }

    /** The same credentials with the response that {@code ha1} gives. */
    DigestCredentials signed(String ha1, String method, byte[] body) {
        return new DigestCredentials(
                username,
                userhash,
                realm,
                nonce,
                uri,
                algorithm,
                qop,
                nc,
                cnonce,
                expectedResponse(ha1, method, body),
                opaque);
    }

    /** Whether the response was made with the secret behind {@code ha1}, see {@link DigestAlgorithm#ha1}. Takes constant time. */
    public boolean matches(String ha1, String method, byte[] body) {
        return MessageDigest.isEqual(
                expectedResponse(ha1, method, body).getBytes(StandardCharsets.US_ASCII),
                response.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether these are credentials that the account gave for the request. */
    boolean matches(Account account, Request request) {
        var ha1 = algorithm.ha1(account.username(), realm, account.password());
        return matches(ha1, request.method().name(), request.body());
    }

    /** The nonce count as a number, 0 without a qop. */
    public long nonceCount() {
        return nc.isEmpty() ? 0 : Long.parseLong(nc, 16);
    }

    private String expectedResponse(String ha1, String method, byte[] body) {
        var key = algorithm.isSession() ? algorithm.hash(ha1 + ':' + nonce + ':' + cnonce) : ha1;
        return switch (qop) {
            case NONE -> algorithm.hash(key + ':' + nonce + ':' + algorithm.hash(method + ':' + uri));
            case AUTH -> withQop(key, algorithm.hash(method + ':' + uri));
            // RFC 8760 §2.6: without a body the hash of the empty string, by the same algorithm
            case AUTH_INT -> withQop(key, algorithm.hash(method + ':' + uri + ':' + algorithm.hash(body)));
        };
    }

    private String withQop(String key, String ha2) {
        return algorithm.hash(key + ':' + nonce + ':' + nc + ':' + cnonce + ':' + qop.token() + ':' + ha2);
    }

    private static boolean isNonceCount(String nc) {
        if (nc.length() != NC_DIGITS) {
            return false;
        }
        for (int i = 0; i < NC_DIGITS; i++) {
            if (Character.digit(nc.charAt(i), 16) < 0 || nc.charAt(i) > 'f') {
                return false;
            }
        }
        return true;
    }

    private static String hex8(int number) {
        var digits = Integer.toHexString(number);
        return "0".repeat(NC_DIGITS - digits.length()) + digits;
    }

    /** The extended notation of RFC 8187: {@code UTF-8''} and percent-encoded octets. */
    private static Optional<String> extended(Optional<String> value) {
        var text = value.orElse("");
        if (!text.regionMatches(true, 0, "UTF-8'", 0, 6) || text.indexOf('\'', 6) < 0) {
            return Optional.empty();
        }
        var bytes = new ByteArrayOutputStream(text.length());
        for (int i = text.indexOf('\'', 6) + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = high >= 0 ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (low < 0) {
                    return Optional.empty();
                }
                bytes.write(high << 4 | low);
                i += 2;
            } else if (c < 0x80) {
                bytes.write(c);
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(bytes.toString(StandardCharsets.UTF_8));
    }

    /** The header field value, RFC 7616 §3.4: nc, qop and algorithm without quotes. */
    @Override
    public String toString() {
        var value = new StringBuilder("Digest username=")
                .append(AuthParameters.quote(username))
                .append(", realm=")
                .append(AuthParameters.quote(realm))
                .append(", nonce=")
                .append(AuthParameters.quote(nonce))
                .append(", uri=")
                .append(AuthParameters.quote(uri))
                .append(", response=\"")
                .append(response)
                .append("\", algorithm=")
                .append(algorithm.token());
        if (!cnonce.isEmpty()) {
            value.append(", cnonce=").append(AuthParameters.quote(cnonce));
        }
        if (qop != Qop.NONE) {
            value.append(", qop=").append(qop.token()).append(", nc=").append(nc);
        }
        opaque.ifPresent(text -> value.append(", opaque=").append(AuthParameters.quote(text)));
        if (userhash) {
            value.append(", userhash=true");
        }
        return value.toString();
    }
}
