// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.AttributeStore;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The attributes of whatever keeps them in a {@link Binding}. Any thread. */
interface BoundAttributes extends AttributeStore {

    Binding<?> binding();

    @Override
    default @Nullable Object getAttribute(String name) {
        return binding().get(name);
    }

    @Override
    default void setAttribute(String name, Object attribute) {
        binding().set(name, attribute);
    }

    @Override
    default void removeAttribute(String name) {
        binding().remove(name);
    }

    @Override
    default Set<String> getAttributeNameSet() {
        return binding().names();
    }

    @Override
    default void clearAttributes() {
        binding().clear();
    }
}
