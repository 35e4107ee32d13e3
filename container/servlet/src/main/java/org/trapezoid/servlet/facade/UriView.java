// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.URI;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.uri.OtherUri;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.TelUri;
import org.trapezoid.sip.uri.Uri;

/** A URI as applications see it: mutable, over an immutable value. Confined to the application, which synchronises. */
abstract class UriView<U extends Uri> implements URI {
    private static final long serialVersionUID = 1;

    private transient U value;
    private final transient Owner<Uri> owner;

    UriView(U value, Owner<Uri> owner) {
        this.value = value;
        this.owner = owner;
    }

    /** The facade for the value. */
    static UriView<?> of(Uri uri, Owner<Uri> owner) {
        if (uri instanceof SipUri sip) {
            return new SipUriView(sip, owner);
        }
        return uri instanceof TelUri tel ? new TelUrlView(tel, owner) : new OtherUriView((OtherUri) uri, owner);
    }

    static UriView<?> of(Uri uri) {
        return of(uri, Owner.none());
    }

    /** The value of any implementation of the interface. */
    static Uri valueOf(URI uri) {
        return uri instanceof UriView<?> view
                ? view.value()
                : Uri.parse(Objects.requireNonNull(uri, "uri").toString());
    }

    final U value() {
        return value;
    }

    /** Sets the value, unless the owner objects. */
    final void value(U changed) {
        owner.changed(changed);
        value = changed;
    }

    /** Sets what comes of the value by one of its methods, which may refuse it. */
    final void change(UnaryOperator<U> by) {
        U changed;
        try {
            changed = by.apply(value);
        } catch (SyntaxException e) {
            throw Caller.refused(this, e);
        }
        value(changed);
    }

    abstract Parameters parameters();

    abstract void parameters(Parameters changed);

    @Override
    public final String getScheme() {
        return value.scheme();
    }

    @Override
    public boolean isSipURI() {
        return false;
    }

    @Override
    public @Nullable String getParameter(String key) {
        return parameters()
                .value(Objects.requireNonNull(key, "parameter name"))
                .map(SipUri::unescape)
                .orElse(null);
    }

    @Override
    public void setParameter(String name, String newValue) {
        Objects.requireNonNull(name, "parameter name");
        Objects.requireNonNull(newValue, "parameter value");
        Parameters changed;
        try {
            changed = parameters().with(name, SipUri.escapeParameter(newValue));
        } catch (SyntaxException e) {
            throw Caller.refused(this, e);
        }
        parameters(changed);
    }

    @Override
    public void removeParameter(String name) {
        parameters(parameters().without(name));
    }

    @Override
    public Iterator<String> getParameterNames() {
        return getParameterNameSet().iterator();
    }

    @Override
    public Set<String> getParameterNameSet() {
        return new LinkedHashSet<>(parameters().names());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof UriView<?> view && value.equals(view.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value.toString();
    }

    @Override
    public URI clone() {
        return of(value);
    }

    /** Serialised as its text. */
    Object writeReplace() throws ObjectStreamException {
        return new Text(toString());
    }

    private record Text(String uri) implements Serializable {
        Object readResolve() {
            return of(Uri.parse(uri));
        }
    }
}
