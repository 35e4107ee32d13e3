// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.uri;

import java.util.Arrays;

/** IP address literals as text, RFC 3261 §25.1 with RFC 5954 §4.1; no resolver is ever asked. Stateless. */
final class IpAddress {
    private static final int GROUPS = 8;

    private IpAddress() {}

    /** Digits and dots only: an IPv4 address or nothing. */
    static boolean isNumeric(byte[] b, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!Grammar.isDigit(b[i]) && b[i] != '.') {
                return false;
            }
        }
        return true;
    }

    static boolean isIpv4(byte[] b, int from, int to) {
        return ipv4(b, from, to) >= 0;
    }

    static boolean isIpv6(byte[] b, int from, int to) {
        return ipv6(b, from, to, new int[GROUPS]);
    }

    /** The eight groups in hexadecimal without leading zeros, in brackets; the same for all spellings. */
    static String canonicalIpv6(byte[] b, int from, int to) {
        int[] groups = new int[GROUPS];
        if (!ipv6(b, from, to, groups)) {
            throw SyntaxException.expected("IPv6 address", b, from, to);
        }
        StringBuilder text = new StringBuilder(41).append('[');
        for (int i = 0; i < GROUPS; i++) {
            text.append(i == 0 ? "" : ":").append(Integer.toHexString(groups[i]));
        }
        return text.append(']').toString();
    }

    private static long ipv4(byte[] b, int from, int to) {
        long address = 0;
        int i = from;
        for (int part = 0; part < 4; part++) {
            if (part > 0 && (i >= to || b[i++] != '.')) {
                return -1;
            }
            int value = 0;
            int start = i;
            while (i < to && i < start + 3 && Grammar.isDigit(b[i])) {
                value = value * 10 + b[i++] - '0';
            }
            if (i == start || value > 255) {
                return -1;
            }
            address = (address << 8) | value;
        }
        return i == to ? address : -1;
    }

    private static boolean ipv6(byte[] b, int from, int to, int[] groups) {
        int count = 0;
        int gap = -1;
        int i = from;
        if (i + 1 < to && b[i] == ':' && b[i + 1] == ':') {
            gap = 0;
            i += 2;
        }
        while (i < to && count < GROUPS) {
            int end = i;
            int value = 0;
            while (end < to && end < i + 4 && Character.digit(b[end], 16) >= 0) {
                value = (value << 4) | Character.digit(b[end++], 16);
            }
            if (end < to && b[end] == '.') {
                long ipv4 = count <= GROUPS - 2 ? ipv4(b, i, to) : -1;
                if (ipv4 < 0) {
                    return false;
                }
                groups[count++] = (int) (ipv4 >> 16);
                groups[count++] = (int) ipv4 & 0xffff;
                i = to;
                break;
            }
            if (end == i) {
                return false;
            }
            groups[count++] = value;
            i = end;
            if (i == to) {
                break;
            }
            if (b[i++] != ':' || i == to) {
                return false;
            }
            if (b[i] == ':') {
                if (gap >= 0) {
                    return false;
                }
                gap = count;
                i++;
            }
        }
        if (i != to || (gap < 0 ? count != GROUPS : count >= GROUPS)) {
            return false;
        }
        if (gap >= 0) {
            int moved = count - gap;
            System.arraycopy(groups, gap, groups, GROUPS - moved, moved);
            Arrays.fill(groups, gap, GROUPS - moved, 0);
        }
        return true;
    }
}
