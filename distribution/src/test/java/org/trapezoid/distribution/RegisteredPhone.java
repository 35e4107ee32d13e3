// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One of {@link RegisteringPhones}: what it says, and what it was promised by the last 200 to a REGISTER. */
final class RegisteredPhone {
    private static final int EXPIRES = 600;
    private static final Pattern NONCE = Pattern.compile("nonce=\"([^\"]*)\"");
    private static final Pattern STALE = Pattern.compile("stale=\"?true");
    private static final Pattern EXPIRY = Pattern.compile(";expires=(\\d+)");

    /** Seconds are rounded, and both nodes and phone count them. Less than the time between two refreshes. */
    private static final Duration ROUNDED = Duration.ofSeconds(2);

    private final String user;
    private final String domain;
    private final String password;
    private final InetSocketAddress own;
    private String nonce = "";
    private int nonceCount;
    private int cseq;
    private Optional<Long> promisedUntil = Optional.empty(); // System.nanoTime()

    RegisteredPhone(String user, String domain, String password, InetSocketAddress own) {
        this.user = user;
        this.domain = domain;
        this.password = password;
        this.own = own;
    }

    boolean isPromised() {
        return promisedUntil.isPresent();
    }

    /** The head of a REGISTER. */
    String register(String branch) {
        return query(branch) + "Contact: <" + contact() + ">\nExpires: " + EXPIRES + "\n";
    }

    /** The head of a REGISTER that only asks. */
    String query(String branch) {
        cseq++;
        String address = own.getHostString() + ":" + own.getPort();
        return "REGISTER sip:%1$s SIP/2.0\nVia: SIP/2.0/UDP %2$s;branch=%3$s\nMax-Forwards: 70\nFrom: <sip:%4$s@%1$s>;tag=%3$s\n"
                        .formatted(domain, address, branch, user)
                + "To: <sip:%2$s@%1$s>\nCall-ID: %2$s@%3$s\nCSeq: %4$d REGISTER\n"
                        .formatted(domain, user, own.getHostString(), cseq)
                + credentials();
    }

    /** Digest, RFC 7616 §3.4.1. */
    private String credentials() {
        if (nonce.isEmpty()) {
            return "";
        }
        nonceCount++;
        String uri = "sip:" + domain;
        String count = String.format(Locale.ROOT, "%08x", nonceCount);
        String cnonce = "c" + cseq;
        String response = md5(md5(user + ":" + domain + ":" + password)
                + (":" + nonce + ":" + count + ":" + cnonce + ":auth:")
                + md5("REGISTER:" + uri));
        return "Authorization: Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", algorithm=MD5, "
                        .formatted(user, domain, nonce, uri)
                + "qop=auth, nc=%s, cnonce=\"%s\", response=\"%s\"\n".formatted(count, cnonce, response);
    }

    private static String md5(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether it has an answer to a 401: a password that was refused is not tried again. */
    boolean challenged(Wire answer) {
        Matcher next = NONCE.matcher(answer.text());
        boolean helps =
                next.find() && (nonce.isEmpty() || STALE.matcher(answer.text()).find());
        if (helps) {
            nonce = next.group(1);
            nonceCount = 0;
        }
        return helps;
    }

    /** Whether a 200 to its REGISTER has its contact. */
    boolean isBoundBy(Wire answer) {
        promisedUntil = expiry(answer);
        return isPromised();
    }

    /** Whether a 200 has its contact, with the expiry that it was told when it registered last. */
    boolean isAsPromised(Wire answer) {
        Optional<Long> found = expiry(answer);
        return found.isPresent() && found.get() >= promisedUntil.orElseThrow() - ROUNDED.toNanos();
    }

    private Optional<Long> expiry(Wire answer) {
        for (String contact : answer.headers("Contact")) {
            Matcher expiry = EXPIRY.matcher(contact);
            if (contact.startsWith("<" + contact() + ">") && expiry.find()) {
                return Optional.of(System.nanoTime()
                        + Duration.ofSeconds(Long.parseLong(expiry.group(1))).toNanos());
            }
        }
        return Optional.empty();
    }

    private String contact() {
        return "sip:" + user + "@" + own.getHostString() + ":" + own.getPort();
    }

    @Override
    public String toString() {
        return user;
    }
}
