// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;
import java.util.Iterator;
import java.util.Set;

/**
 * A URI of any scheme: a {@link SipURI}, a {@link TelURL} or another one. Mutable.
 *
 * @see SipFactory#createURI(String)
 */
public interface URI extends Cloneable, Serializable {
    /** {@return the scheme, in lower case} */
    String getScheme();

    /** {@return the URI as it stands in a message} */
    @Override
    String toString();

    /** {@return {@code true} for {@code sip} and {@code sips}; it is a {@link SipURI} then} */
    boolean isSipURI();

    /**
     * {@return the value of a parameter, empty for a flag, or {@code null} if there is none}
     *
     * @param key the name, not {@code null}; case does not count
     * @throws NullPointerException if {@code key} is {@code null}
     */
    String getParameter(String key);

    /**
     * Sets a parameter.
     *
     * @param name the name, not {@code null}
     * @param value the value, not {@code null}; empty for a flag
     * @throws NullPointerException if an argument is {@code null}
     */
    void setParameter(String name, String value);

    /**
     * Removes a parameter. Nothing happens if there is none of that name.
     *
     * @param name the name
     */
    void removeParameter(String name);

    /** {@return the names of all parameters} */
    Iterator<String> getParameterNames();

    /** {@return the names of all parameters} */
    Set<String> getParameterNameSet();

    /**
     * Compares by the rules of the scheme.
     *
     * @param o the other URI
     * @return {@code true} if they are equal
     */
    @Override
    boolean equals(Object o);

    /** {@return a copy that can be changed} */
    URI clone();
}
