// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

/**
 * Is told when the attributes of a kind of store change (JSR 359). Declared by {@link
 * jakarta.servlet.sip.annotation.SipListener} or in the deployment descriptor; the type argument chooses the stores.
 *
 * <pre>{@code
 * @SipListener
 * public class Watch implements AttributeStoreListener<SipSession> { ... }
 * }</pre>
 *
 * @param <T> the kind of store
 */
public interface AttributeStoreListener<T extends AttributeStore> extends EventListener {
    /**
     * Tells that an attribute was added.
     *
     * @param ev names the store and the attribute
     */
    void attributeAdded(AttributeStoreBindingEvent<T> ev);

    /**
     * Tells that an attribute was removed.
     *
     * @param ev names the store and the attribute
     */
    void attributeRemoved(AttributeStoreBindingEvent<T> ev);

    /**
     * Tells that an attribute got another value.
     *
     * @param ev names the store and the attribute
     */
    void attributeReplaced(AttributeStoreBindingEvent<T> ev);
}
