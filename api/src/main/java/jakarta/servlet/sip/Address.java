// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

/**
 * The value of a header field such as From, To, Contact or Route: an optional display name, a URI and parameters (RFC
 * 3261 §20.10). Mutable.
 *
 * <p>Addresses that belong to a message the container is in charge of cannot be changed, and the tag of a From or To
 * never; a {@link #clone() clone} always can.
 *
 * <pre>{@code
 * Address contact = factory.createAddress("Bob <sip:bob@192.0.2.4:5062>");
 * contact.setQ(0.7f);
 * contact.setExpires(600);
 * request.addAddressHeader("Contact", contact, true);
 * }</pre>
 *
 * @see SipFactory#createAddress(String)
 */
public interface Address extends Parameterable {
    /** {@return the display name without quotes, or {@code null} if there is none} */
    String getDisplayName();

    /**
     * Sets the display name.
     *
     * @param name the display name without quotes; {@code null} removes it
     * @throws IllegalStateException if the address belongs to a message and may not be changed
     */
    void setDisplayName(String name);

    /** {@return the URI} */
    URI getURI();

    /**
     * Sets the URI.
     *
     * @param uri the new URI, not {@code null}
     * @throws IllegalStateException if the address belongs to a message and may not be changed
     * @throws NullPointerException if {@code uri} is {@code null}
     */
    void setURI(URI uri);

    /** {@return {@code true} if this is the {@code *} of a Contact that removes all bindings (RFC 3261 §10.2.2)} */
    boolean isWildcard();

    /** {@return the {@code q} parameter, 0 to 1, or -1 if there is none} */
    float getQ();

    /**
     * Sets the {@code q} parameter, the preference of a contact (RFC 3261 §20.10).
     *
     * @param q 0 to 1; -1 removes the parameter
     * @throws IllegalArgumentException if {@code q} is out of range
     */
    void setQ(float q);

    /** {@return the {@code expires} parameter in seconds, or -1 if there is none} */
    int getExpires();

    /**
     * Sets the {@code expires} parameter, the life of a contact.
     *
     * @param seconds the time in seconds; a negative value removes the parameter
     */
    void setExpires(int seconds);

    /** {@return the address as it stands in a header field} */
    @Override
    String toString();

    /**
     * {@return a copy that can be changed; it has no {@code tag} parameter, so it can be the From or To of another
     * dialog}
     */
    @Override
    Object clone();

    /**
     * Compares by URI and parameters; the display name does not count. Parameters are compared as those of a SIP URI
     * (RFC 3261 §19.1.4): one that only one side has is ignored.
     *
     * @param o the other address
     * @return {@code true} if they are equal
     */
    @Override
    boolean equals(Object o);
}
