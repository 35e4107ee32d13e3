// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.Set;

/**
 * Holds objects an application attaches to a message, session or context under a name (JSR 359). Usable by several
 * threads: what one has set is seen by all later reads.
 *
 * <pre>{@code
 * session.setAttribute("state", State.RINGING);
 * State state = (State) session.getAttribute("state");
 * }</pre>
 *
 * @see AttributeStoreListener
 * @see AttributeStoreBindingListener
 */
public interface AttributeStore {
    /**
     * {@return the object bound to a name, or {@code null} if there is none}
     *
     * @param name the name, not {@code null}
     * @throws IllegalStateException if the store is no longer valid
     * @throws NullPointerException if {@code name} is {@code null}
     */
    Object getAttribute(String name);

    /**
     * Removes an object. Nothing happens if there is none of that name.
     *
     * @param name the name
     * @throws IllegalStateException if the store is no longer valid
     */
    void removeAttribute(String name);

    /**
     * Binds an object to a name, in place of the one bound before.
     *
     * @param name the name, not {@code null}
     * @param attribute the object, not {@code null}; serializable if the application is distributable
     * @throws IllegalStateException if the store is no longer valid
     * @throws NullPointerException if an argument is {@code null}
     */
    void setAttribute(String name, Object attribute);

    /**
     * {@return the names of all attributes; empty if there are none}
     *
     * @throws IllegalStateException if the store is no longer valid
     */
    Set<String> getAttributeNameSet();

    /**
     * Removes every attribute the application has set; those of the container stay.
     *
     * @throws IllegalStateException if the store is no longer valid
     */
    void clearAttributes();
}
