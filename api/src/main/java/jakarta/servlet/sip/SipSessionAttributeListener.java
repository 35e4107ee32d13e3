// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

/**
 * Is told when the attributes of a SIP session change.
 *
 * @deprecated since 2.0; use {@link AttributeStoreListener}
 */
@Deprecated
public interface SipSessionAttributeListener extends EventListener {
    /**
     * Tells that an attribute was added.
     *
     * @param ev names the session and the attribute
     * @deprecated since 2.0; use {@link AttributeStoreListener#attributeAdded}
     */
    @Deprecated
    void attributeAdded(SipSessionBindingEvent ev);

    /**
     * Tells that an attribute was removed.
     *
     * @param ev names the session and the attribute
     * @deprecated since 2.0; use {@link AttributeStoreListener#attributeRemoved}
     */
    @Deprecated
    void attributeRemoved(SipSessionBindingEvent ev);

    /**
     * Tells that an attribute got another value.
     *
     * @param ev names the session and the attribute
     * @deprecated since 2.0; use {@link AttributeStoreListener#attributeReplaced}
     */
    @Deprecated
    void attributeReplaced(SipSessionBindingEvent ev);
}
