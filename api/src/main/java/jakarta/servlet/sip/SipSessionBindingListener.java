// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

/**
 * Implemented by an attribute value that wants to know when it is put into a SIP session and taken out.
 *
 * @deprecated since 2.0; use {@link AttributeStoreBindingListener}
 */
@Deprecated
public interface SipSessionBindingListener extends EventListener {
    /**
     * Tells that this object was bound.
     *
     * @param event names the session and the attribute
     * @deprecated since 2.0; use {@link AttributeStoreBindingListener#valueBound}
     */
    @Deprecated
    void valueBound(SipSessionBindingEvent event);

    /**
     * Tells that this object is no longer bound.
     *
     * @param event names the session and the attribute
     * @deprecated since 2.0; use {@link AttributeStoreBindingListener#valueUnbound}
     */
    @Deprecated
    void valueUnbound(SipSessionBindingEvent event);
}
