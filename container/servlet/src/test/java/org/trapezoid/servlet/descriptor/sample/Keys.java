// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.annotation.SipApplicationKey;

public final class Keys {
    private Keys() {}

    @SipApplicationKey(applicationName = "sample")
    public static String key(SipServletRequest request) {
        return request.getCallId();
    }
}
