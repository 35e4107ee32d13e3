// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventObject;

/**
 * Tells that an attribute was bound to, replaced in or removed from an {@link AttributeStore} (JSR 359). The event's
 * source is the store.
 *
 * @param <T> the kind of store
 * @see AttributeStoreListener
 * @see AttributeStoreBindingListener
 */
public class AttributeStoreBindingEvent<T extends AttributeStore> extends EventObject {
    /** The name of the attribute. */
    private final String name;

    /**
     * Makes an event.
     *
     * @param attributeStore the store that changed, not {@code null}
     * @param name the name of the attribute
     * @throws IllegalArgumentException if {@code attributeStore} is {@code null}
     */
    public AttributeStoreBindingEvent(T attributeStore, String name) {
        super(attributeStore);
        this.name = name;
    }

    /** {@return the name of the attribute} */
    public String getName() {
        return name;
    }

    /** {@return the store that changed, never {@code null} unless the event was deserialized} */
    @SuppressWarnings("unchecked") // the constructor takes nothing else as the source
    public T getAttributeStore() {
        return (T) getSource();
    }
}
