// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.io.IOException;

/** A name server answered that it cannot or will not tell, RFC 1035 §4.1.1. Immutable. */
public final class DnsRefusal extends IOException {
    private static final long serialVersionUID = 1L;

    public DnsRefusal(DnsQuestion question, String code) {
        super("name server answers " + code + " to " + question);
    }
}
