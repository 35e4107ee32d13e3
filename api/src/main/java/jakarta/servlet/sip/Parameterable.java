// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The value of a header field with parameters: {@code value *(;name=value)}. Mutable. A flag parameter has the empty
 * text as its value.
 *
 * <pre>{@code
 * Parameterable event = request.getParameterableHeader("Event");
 * String id = event.getParameter("id");
 * }</pre>
 */
public interface Parameterable extends Cloneable, Serializable {
    /** {@return the text before the parameters} */
    String getValue();

    /**
     * Sets the text before the parameters.
     *
     * @param value the text, not {@code null}
     * @throws IllegalStateException if the value belongs to a message and may not be changed
     * @throws NullPointerException if {@code value} is {@code null}
     */
    void setValue(String value);

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
     * @param value the value; empty for a flag; {@code null} removes the parameter
     * @throws IllegalStateException if the value belongs to a message and may not be changed
     * @throws NullPointerException if {@code name} is {@code null}
     */
    void setParameter(String name, String value);

    /**
     * Removes a parameter. Nothing happens if there is none of that name.
     *
     * @param name the name, not {@code null}
     * @throws IllegalStateException if the value belongs to a message and may not be changed
     * @throws NullPointerException if {@code name} is {@code null}
     */
    void removeParameter(String name);

    /** {@return the names of all parameters in their order} */
    Iterator<String> getParameterNames();

    /** {@return the names of all parameters} */
    Set<String> getParameterNameSet();

    /** {@return the names and values of all parameters} */
    Set<Map.Entry<String, String>> getParameters();

    /** {@return a copy that can be changed} */
    Object clone();

    /**
     * Compares by value and parameters; the order of the parameters does not count.
     *
     * @param o the other value
     * @return {@code true} if they are equal
     */
    @Override
    boolean equals(Object o);
}
