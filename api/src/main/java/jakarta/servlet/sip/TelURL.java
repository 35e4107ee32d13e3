// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

/**
 * A {@code tel} URI (RFC 3966). Mutable.
 *
 * <pre>{@code
 * TelURL number = (TelURL) factory.createURI("tel:+44-20-7946-0148");
 * }</pre>
 */
public interface TelURL extends URI {
    /** {@return the number as it was written, without a leading {@code +}} */
    String getPhoneNumber();

    /** {@return the {@code phone-context} parameter, or {@code null} if there is none, as for a global number} */
    String getPhoneContext();

    /**
     * Sets a global number.
     *
     * @param number the number with a leading {@code +}
     * @throws IllegalArgumentException if it is not a global number
     */
    void setPhoneNumber(String number);

    /**
     * Sets a local number.
     *
     * @param number the number
     * @param phoneContext where it is valid: a domain name, or a {@code +} and leading digits
     * @throws IllegalArgumentException if it is not a local number or not a context
     */
    void setPhoneNumber(String number, String phoneContext);

    /** {@return {@code true} if the number is global, with a leading {@code +}} */
    boolean isGlobal();

    /** {@return the URI as it stands in a message} */
    @Override
    String toString();

    /**
     * Compares by the rules of RFC 3966 §4; visual separators do not count.
     *
     * @param o the other URI
     * @return {@code true} if they are equal
     */
    @Override
    boolean equals(Object o);
}
