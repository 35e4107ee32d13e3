// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.servlet.sip.annotation.SipListener;

@SipListener
public class NoListener implements Comparable<NoListener> {
    @Override
    public int compareTo(NoListener other) {
        return 0;
    }
}
