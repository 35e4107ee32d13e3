// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

public interface AttributeStoreBindingListener<T extends AttributeStore> extends EventListener {
    void valueBound(AttributeStoreBindingEvent<T> event);

    void valueUnbound(AttributeStoreBindingEvent<T> event);
}
