// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventObject;

/**
 * Tells that an attribute was bound to, replaced in or removed from a SIP session. The event's source is the session.
 *
 * @deprecated since 2.0; use {@link AttributeStoreBindingEvent}
 */
@Deprecated
public class SipSessionBindingEvent extends EventObject {
    /** The name of the attribute. */
    private final String name;

    /**
     * Makes an event.
     *
     * @param session the session that changed, not {@code null}
     * @param name the name of the attribute
     * @throws IllegalArgumentException if {@code session} is {@code null}
     * @deprecated since 2.0; use {@link AttributeStoreBindingEvent}
     */
    @Deprecated
    public SipSessionBindingEvent(SipSession session, String name) {
        super(session);
        this.name = name;
    }

    /**
     * {@return the name of the attribute}
     *
     * @deprecated since 2.0; use {@link AttributeStoreBindingEvent#getName()}
     */
    @Deprecated
    public String getName() {
        return name;
    }

    /**
     * {@return the session that changed}
     *
     * @deprecated since 2.0; use {@link AttributeStoreBindingEvent#getAttributeStore()}
     */
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // getSource() has another type
    public SipSession getSession() {
        return (SipSession) getSource();
    }
}
