// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

@Deprecated
public interface SipSessionBindingListener extends EventListener {
    @Deprecated
    void valueBound(SipSessionBindingEvent event);

    @Deprecated
    void valueUnbound(SipSessionBindingEvent event);
}
