// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.Set;

public interface AttributeStore {
    Object getAttribute(String name);

    void removeAttribute(String name);

    void setAttribute(String name, Object attribute);

    Set<String> getAttributeNameSet();

    void clearAttributes();
}
