// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.util.Locale;

/**
 * What the name service is asked. Immutable.
 *
 * @param name absolute, in lower case and without a dot at its end: search lists are never applied
 */
public record DnsQuestion(Type type, String name) {

    /** The record types of RFC 3263. */
    public enum Type {
        NAPTR,
        SRV,
        A,
        AAAA
    }

    public DnsQuestion {
        name = (name.endsWith(".") ? name.substring(0, name.length() - 1) : name).toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return name + ' ' + type;
    }
}
