// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.TimerListener;

/** Not annotated itself. */
public class TimeListener implements TimerListener {
    @Override
    public void timeout(ServletTimer timer) {}
}
