// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

/**
 * Implemented by an attribute value that wants to know when it is put into a store and taken out, also by being
 * replaced or by the end of the store (JSR 359).
 *
 * @param <T> the kind of store
 */
public interface AttributeStoreBindingListener<T extends AttributeStore> extends EventListener {
    /**
     * Tells that this object was bound.
     *
     * @param event names the store and the attribute
     */
    void valueBound(AttributeStoreBindingEvent<T> event);

    /**
     * Tells that this object is no longer bound.
     *
     * @param event names the store and the attribute
     */
    void valueUnbound(AttributeStoreBindingEvent<T> event);
}
