// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.trapezoid.sip.message.Hmac;

/**
 * Proves that a route naming a session was made here and for that call: requests of a call that outlived its session are
 * forwarded by it, and nobody else's. The key lasts as long as this object. Thread-safe.
 */
public final class RouteSeal {
    private static final int LENGTH = 6;
    private static final char BEFORE_SEAL = '.';

    private final Hmac hmac;

    public RouteSeal(RandomGenerator random) {
        this(fresh(random));
    }

    /** A seal that every server with this key knows. */
    public RouteSeal(byte[] key) {
        this.hmac = new Hmac(key);
    }

    private static byte[] fresh(RandomGenerator random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return bytes;
    }

    /** The session id and its seal, for a URI parameter. */
    public String sealed(String sessionId, String callId) {
        return sessionId + BEFORE_SEAL + HexFormat.of().formatHex(mac(sessionId, callId));
    }

    /** The session id in a value that {@link #sealed} may have made. */
    public static String sessionId(String value) {
        int end = value.indexOf(BEFORE_SEAL);
        return end < 0 ? value : value.substring(0, end);
    }

    /** Whether the value was made here for the call. */
    public boolean isGenuine(String value, String callId) {
        String expected = sealed(sessionId(value), callId);
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] mac(String sessionId, String callId) {
        byte[] sealed = (sessionId + '\n' + callId).getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(hmac.of(sealed), LENGTH);
    }
}
