// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.annotation.SipApplicationKey;

public final class TwoKeys {
    private TwoKeys() {}

    @SipApplicationKey
    public static String one(SipServletRequest request) {
        return request.getCallId();
    }

    @SipApplicationKey
    public static String two(SipServletRequest request) {
        return request.getMethod();
    }
}
