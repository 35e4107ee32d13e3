// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

@Deprecated
public interface SipApplicationSessionAttributeListener extends EventListener {
    @Deprecated
    void attributeAdded(SipApplicationSessionBindingEvent ev);

    @Deprecated
    void attributeRemoved(SipApplicationSessionBindingEvent ev);

    @Deprecated
    void attributeReplaced(SipApplicationSessionBindingEvent ev);
}
