// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;

public interface ServletTimer {
    String getId();

    SipApplicationSession getApplicationSession();

    Serializable getInfo();

    long scheduledExecutionTime();

    void cancel();

    long getTimeRemaining();
}
