// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.servlet.sip.annotation.SipApplicationKey;

public final class WrongKey {
    private WrongKey() {}

    @SipApplicationKey
    public static String key(String callId) {
        return callId;
    }
}
