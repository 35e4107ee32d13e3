// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

public interface FlowListener extends EventListener {
    void flowFailed(FlowFailedEvent flowFailedEvent);
}
