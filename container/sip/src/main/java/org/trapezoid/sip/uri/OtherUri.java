// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.uri;

/** A URI of a scheme we know nothing about (RFC 3261 §25.1 absoluteURI): carried, never interpreted. Immutable. */
public final class OtherUri extends Uri {
    private final String scheme;
    private final String opaque;

    OtherUri(String scheme, String opaque) {
        this.scheme = scheme;
        this.opaque = opaque;
    }

    static void checkRest(byte[] b, int from, int to) {
        for (int i = from; i < to; i++) {
            if (b[i] <= ' ' || b[i] == 0x7f || b[i] == '<' || b[i] == '>' || b[i] == '"') {
                throw SyntaxException.expected("URI characters", b, i, to);
            }
        }
    }

    @Override
    public String scheme() {
        return scheme;
    }

    public String opaque() {
        return opaque;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OtherUri that && scheme.equals(that.scheme) && opaque.equals(that.opaque);
    }

    @Override
    public int hashCode() {
        return opaque.hashCode();
    }

    @Override
    public String toString() {
        return scheme + ':' + opaque;
    }
}
