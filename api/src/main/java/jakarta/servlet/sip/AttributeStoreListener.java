// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

public interface AttributeStoreListener<T extends AttributeStore> extends EventListener {
    void attributeAdded(AttributeStoreBindingEvent<T> ev);

    void attributeRemoved(AttributeStoreBindingEvent<T> ev);

    void attributeReplaced(AttributeStoreBindingEvent<T> ev);
}
