// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import java.util.List;
import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.SyntaxException;

/** A request method, RFC 3261 §7.1. Immutable; case-sensitive; known methods are interned. */
public final class Method {
    public static final Method INVITE = new Method("INVITE", true);
    public static final Method ACK = new Method("ACK", true);
    public static final Method BYE = new Method("BYE", true);
    public static final Method CANCEL = new Method("CANCEL", true);
    public static final Method OPTIONS = new Method("OPTIONS", true);
    public static final Method REGISTER = new Method("REGISTER", true);
    public static final Method PRACK = new Method("PRACK", true);
    public static final Method UPDATE = new Method("UPDATE", true);
    public static final Method INFO = new Method("INFO", true);
    public static final Method MESSAGE = new Method("MESSAGE", true);
    public static final Method SUBSCRIBE = new Method("SUBSCRIBE", true);
    public static final Method NOTIFY = new Method("NOTIFY", true);
    public static final Method REFER = new Method("REFER", true);
    public static final Method PUBLISH = new Method("PUBLISH", true);

    private static final Method[] KNOWN = {
        INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, PRACK, UPDATE, INFO, MESSAGE, SUBSCRIBE, NOTIFY, REFER, PUBLISH
    };

    private final String name;
    private final boolean known;

    private Method(String name, boolean known) {
        this.name = name;
        this.known = known;
    }

    public static Method of(String token) {
        if (!Grammar.isToken(token)) {
            throw new SyntaxException("method must be a token");
        }
        for (Method method : KNOWN) {
            if (method.name.equals(token)) {
                return method;
            }
        }
        return new Method(token, false);
    }

    /** The method in the range, which must be a token. */
    static Method of(byte[] b, int from, int to) {
        for (Method method : KNOWN) {
            if (method.matches(b, from, to)) {
                return method;
            }
        }
        return new Method(Grammar.text(b, from, to), false);
    }

    boolean matches(byte[] b, int from, int to) {
        if (to - from != name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (b[from + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The methods this stack knows. */
    public static List<Method> known() {
        return List.of(KNOWN);
    }

    public String name() {
        return name;
    }

    /** Whether this stack knows the method. */
    public boolean isKnown() {
        return known;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Method that && name.equals(that.name));
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
