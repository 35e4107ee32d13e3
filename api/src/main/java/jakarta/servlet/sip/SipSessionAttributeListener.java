// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

@Deprecated
public interface SipSessionAttributeListener extends EventListener {
    @Deprecated
    void attributeAdded(SipSessionBindingEvent ev);

    @Deprecated
    void attributeRemoved(SipSessionBindingEvent ev);

    @Deprecated
    void attributeReplaced(SipSessionBindingEvent ev);
}
