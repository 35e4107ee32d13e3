// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

/**
 * How much of a message the parser takes. Immutable. Lengths are bytes; {@code datagram} is a whole
 * message over UDP, {@code line} is one header field with its
 * continuation lines, {@code parameters} those of one field.
 */
public record Limits(
        int datagram, int headerBlock, int line, int headers, int vias, int parameters, int uri, int body) {
    public static final Limits DEFAULT = new Limits(65_535, 64 * 1024, 8 * 1024, 512, 70, 64, 4 * 1024, 1024 * 1024);

    private static final int MAX_HEADER_BLOCK = Headers.MAX_OFFSET;

    public Limits {
        if (headerBlock > MAX_HEADER_BLOCK) {
            throw new IllegalArgumentException("header block limit must be at most " + MAX_HEADER_BLOCK);
        }
        if (datagram < 1
                || headerBlock < 1
                || line < 1
                || headers < 1
                || vias < 1
                || parameters < 1
                || uri < 1
                || body < 0) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }

    /** For what a node of the same cluster has measured before, and may have added something to. */
    public Limits relayed() {
        return new Limits(
                Integer.MAX_VALUE,
                MAX_HEADER_BLOCK,
                2 * line,
                2 * headers,
                2 * vias,
                2 * parameters,
                2 * uri,
                Integer.MAX_VALUE);
    }
}
