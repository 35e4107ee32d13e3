// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Hmac;

/**
 * Names application sessions so that each node of the cluster sees which one made them: seven characters of its incarnation, one for
 * where it is kept, twelve by chance, and six by which the others know that no stranger made the name up. Tags, branches and ids of the session begin with it.
 * Thread-safe.
 */
public final class SessionTokens {
    /** Characters of an incarnation. */
    public static final int INCARNATION = 7;

    /** Characters of a token. */
    public static final int LENGTH = 26;

    /** What tokens are made of; as Identifiers has it. */
    public static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    private static final int BITS = 5;
    private static final int PROOF = 6;
    private static final int PER_LONG = 12;

    private final String incarnation;
    private final Hmac hmac;
    private final RandomGenerator random;

    /**
     * @param incarnation of this node, made by {@link #incarnation}
     * @param key secret bytes that all nodes of the cluster have
     */
    public SessionTokens(String incarnation, byte[] key, RandomGenerator random) {
        this.incarnation = incarnation;
        this.random = random;
        this.hmac = new Hmac(key);
    }

    /** A key for what its purpose says, which all nodes know. */
    public byte[] key(String purpose) {
        return mac(purpose);
    }

    /** A name for one start of a node. */
    public static String incarnation(RandomGenerator random) {
        return text(random, INCARNATION);
    }

    /** The incarnation of this node. */
    public String self() {
        return incarnation;
    }

    /**
     * The name of a session that begins here.
     *
     * @param place a letter of {@link #ALPHABET}, which ends its {@link #place}
     */
    public String fresh(char place) {
        String name = incarnation + place + text(random, LENGTH - INCARNATION - 1 - PROOF);
        return name + proof(name);
    }

    /** The beginning of a token, which says where it is kept: those with the same one are kept together. */
    public static String place(String token) {
        return token.length() > INCARNATION ? token.substring(0, INCARNATION + 1) : token;
    }

    /** The token that a tag, branch or id begins with; empty if no node of the cluster made it. */
    public Optional<String> of(String identifier) {
        if (identifier.length() < LENGTH) {
            return Optional.empty();
        }
        int nameEnd = LENGTH - PROOF;
        String name = identifier.substring(0, nameEnd);
        return identifier.startsWith(proof(name), nameEnd)
                ? Optional.of(identifier.substring(0, LENGTH))
                : Optional.empty();
    }

    /** The token in the branch of a Via; empty if no node of the cluster made it. */
    public Optional<String> ofBranch(String branch) {
        return branch.startsWith(Via.MAGIC_COOKIE) ? of(branch.substring(Via.MAGIC_COOKIE.length())) : Optional.empty();
    }

    /** The incarnation of the node that made the token. */
    public static String maker(String token) {
        return token.substring(0, INCARNATION);
    }

    private String proof(String name) {
        byte[] mac = mac(name);
        StringBuilder text = new StringBuilder(PROOF);
        for (int i = 0; i < PROOF; i++) {
            text.append(ALPHABET.charAt(mac[i] & 31));
        }
        return text.toString();
    }

    private byte[] mac(String text) {
        return hmac.of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String text(RandomGenerator random, int length) {
        StringBuilder text = new StringBuilder(length);
        long bits = 0;
        for (int i = 0; i < length; i++) {
            bits = i % PER_LONG == 0 ? random.nextLong() : bits >>> BITS;
            text.append(ALPHABET.charAt((int) bits & 31));
        }
        return text.toString();
    }
}
