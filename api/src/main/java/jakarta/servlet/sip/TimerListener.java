// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

public interface TimerListener extends EventListener {
    void timeout(ServletTimer timer);
}
