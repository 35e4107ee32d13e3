// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.Parameterable;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SyntaxException;

/** A header field value with parameters, mutable. Confined to the application, which synchronises. */
final class SipParameterable implements Parameterable {
    private static final long serialVersionUID = 1;

    private transient String value;
    private transient Parameters parameters;
    private final transient Owner<String> owner;

    private SipParameterable(String value, Parameters parameters, Owner<String> owner) {
        this.value = value;
        this.parameters = parameters;
        this.owner = owner;
    }

    /** Splits {@code value *(;param)}; semicolons in quotes and angle brackets belong to the value. */
    static SipParameterable parse(String text, Owner<String> owner) {
        int end = valueEnd(text);
        Parameters parameters = end < text.length() ? Parameters.parse(text.substring(end)) : Parameters.EMPTY;
        return new SipParameterable(text.substring(0, end).strip(), parameters, owner);
    }

    private static int valueEnd(String text) {
        boolean quoted = false;
        boolean bracketed = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == '<') {
                bracketed = true;
            } else if (c == '>') {
                bracketed = false;
            } else if (c == ';' && !bracketed) {
                return i;
            }
        }
        return text.length();
    }

    private void change(String newValue, Parameters newParameters) {
        owner.changed(newValue + newParameters);
        value = newValue;
        parameters = newParameters;
    }

    @Override
    public String getValue() {
        return value;
    }

    @Override
    public void setValue(String newValue) {
        change(Objects.requireNonNull(newValue, "value"), parameters);
    }

    @Override
    public @Nullable String getParameter(String key) {
        return parameters
                .unquoted(Objects.requireNonNull(key, "parameter name"))
                .orElse(null);
    }

    @Override
    public void setParameter(String name, @Nullable String newValue) {
        Objects.requireNonNull(name, "parameter name");
        Parameters changed;
        try {
            changed = newValue == null
                    ? parameters.without(name)
                    : parameters.with(name, AddressText.quoteIfNeeded(newValue));
        } catch (SyntaxException e) {
            throw Caller.refused(this, e);
        }
        change(value, changed);
    }

    @Override
    public void removeParameter(String name) {
        change(value, parameters.without(Objects.requireNonNull(name, "parameter name")));
    }

    @Override
    public Iterator<String> getParameterNames() {
        return getParameterNameSet().iterator();
    }

    @Override
    public Set<String> getParameterNameSet() {
        return new LinkedHashSet<>(parameters.names());
    }

    @Override
    public Set<Map.Entry<String, String>> getParameters() {
        return AddressText.entries(parameters);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SipParameterable that && value.equals(that.value) && parameters.equals(that.parameters);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value + parameters;
    }

    @Override
    public Object clone() {
        return new SipParameterable(value, parameters, Owner.none());
    }

    Object writeReplace() throws ObjectStreamException {
        return new Text(toString());
    }

    private record Text(String text) implements Serializable {
        Object readResolve() {
            return parse(text, Owner.none());
        }
    }
}
