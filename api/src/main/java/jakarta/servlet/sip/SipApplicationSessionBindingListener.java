// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

@Deprecated
public interface SipApplicationSessionBindingListener extends EventListener {
    @Deprecated
    void valueBound(SipApplicationSessionBindingEvent event);

    @Deprecated
    void valueUnbound(SipApplicationSessionBindingEvent event);
}
