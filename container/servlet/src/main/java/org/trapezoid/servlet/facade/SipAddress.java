// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.URI;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.uri.OtherUri;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

/** An address as applications see it: mutable, written through to the header field it is part of. Confined to the application. */
final class SipAddress implements Address {
    private static final long serialVersionUID = 1;
    private static final NameAddr ANY = new NameAddr(Optional.empty(), Uri.parse("wildcard:*"), Parameters.EMPTY);

    private transient NameAddr value;
    private final transient Owner<NameAddr> owner;
    private transient @Nullable UriView<?> uri;

    SipAddress(NameAddr value, Owner<NameAddr> owner) {
        this.value = value;
        this.owner = owner;
    }

    SipAddress(NameAddr value) {
        this(value, Owner.none());
    }

    /** Parses an address; {@code *} is the wildcard. */
    static SipAddress parse(String text, Owner<NameAddr> owner) {
        return text.strip().equals("*") ? new SipAddress(ANY, owner) : new SipAddress(NameAddr.parse(text), owner);
    }

    /** The value of any implementation of the interface. */
    static NameAddr valueOf(Address address) {
        return address instanceof SipAddress view
                ? view.value
                : NameAddr.parse(Objects.requireNonNull(address, "address").toString());
    }

    NameAddr value() {
        return value;
    }

    private void change(NameAddr changed) {
        owner.changed(changed);
        value = changed;
    }

    @Override
    public @Nullable String getDisplayName() {
        return value.displayName().orElse(null);
    }

    @Override
    public void setDisplayName(@Nullable String name) {
        change(new NameAddr(Optional.ofNullable(name), value.uri(), value.parameters()));
    }

    @Override
    public URI getURI() {
        UriView<?> view = uri;
        if (view == null) {
            view = UriView.of(
                    value.uri(), changed -> change(new NameAddr(value.displayName(), changed, value.parameters())));
            uri = view;
        }
        return view;
    }

    @Override
    public void setURI(URI newUri) {
        change(new NameAddr(value.displayName(), UriView.valueOf(newUri), value.parameters()));
        uri = null;
    }

    @Override
    public boolean isWildcard() {
        return value.uri() instanceof OtherUri other && other.scheme().equals("wildcard");
    }

    @Override
    public float getQ() {
        String q = getParameter("q");
        try {
            return q == null ? -1 : Float.parseFloat(q);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public void setQ(float q) {
        if (q == -1) {
            removeParameter("q");
        } else if (q < 0 || q > 1 || Float.isNaN(q)) {
            throw new IllegalArgumentException(
                    Caller.name() + ": q of " + this + " must be -1 or from 0 to 1 (RFC 3261 §20.10), not " + q);
        } else {
            int thousandths = Math.round(q * 1000); // RFC 3261 §25.1: at most three digits
            setParameter(
                    "q",
                    thousandths == 1000
                            ? "1"
                            : "0." + Integer.toString(1000 + thousandths).substring(1));
        }
    }

    @Override
    public int getExpires() {
        String expires = getParameter("expires");
        try {
            return expires == null ? -1 : (int) Math.min(Integer.MAX_VALUE, Long.parseLong(expires));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public void setExpires(int seconds) {
        if (seconds < 0) {
            removeParameter("expires");
        } else {
            setParameter("expires", Integer.toString(seconds));
        }
    }

    @Override
    public String getValue() {
        return isWildcard() ? "*" : new NameAddr(value.displayName(), value.uri(), Parameters.EMPTY).toString();
    }

    @Override
    public void setValue(String newValue) {
        try {
            NameAddr parsed = NameAddr.parse(Objects.requireNonNull(newValue, "value"));
            change(new NameAddr(parsed.displayName(), parsed.uri(), value.parameters()));
            uri = null;
        } catch (SyntaxException e) {
            throw Caller.refused(this, e);
        }
    }

    @Override
    public @Nullable String getParameter(String key) {
        return value.parameters()
                .unquoted(Objects.requireNonNull(key, "parameter name"))
                .orElse(null);
    }

    @Override
    public void setParameter(String name, @Nullable String newValue) {
        Objects.requireNonNull(name, "parameter name");
        if (newValue == null) {
            removeParameter(name);
        } else {
            try {
                parameters(value.parameters().with(name, AddressText.quoteIfNeeded(newValue)));
            } catch (SyntaxException e) {
                throw Caller.refused(this, e);
            }
        }
    }

    @Override
    public void removeParameter(String name) {
        parameters(value.parameters().without(Objects.requireNonNull(name, "parameter name")));
    }

    private void parameters(Parameters changed) {
        change(new NameAddr(value.displayName(), value.uri(), changed));
    }

    @Override
    public Iterator<String> getParameterNames() {
        return getParameterNameSet().iterator();
    }

    @Override
    public Set<String> getParameterNameSet() {
        return new LinkedHashSet<>(value.parameters().names());
    }

    @Override
    public Set<Map.Entry<String, String>> getParameters() {
        return AddressText.entries(value.parameters());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SipAddress that
                && value.uri().equals(that.value.uri())
                && value.parameters().equals(that.value.parameters());
    }

    @Override
    public int hashCode() {
        return value.uri().hashCode();
    }

    @Override
    public String toString() {
        return isWildcard() ? "*" : value.toString();
    }

    /** A free copy without tag, fit for a new dialog. */
    @Override
    public Object clone() {
        return new SipAddress(value.withoutTag());
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
