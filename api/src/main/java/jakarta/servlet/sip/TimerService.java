// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;

public interface TimerService {
    ServletTimer createTimer(SipApplicationSession appSession, long delay, boolean isPersistent, Serializable info);

    ServletTimer createTimer(
            SipApplicationSession appSession,
            long delay,
            long period,
            boolean fixedDelay,
            boolean isPersistent,
            Serializable info);
}
