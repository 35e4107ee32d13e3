// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SipURI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** A sip or sips URI (RFC 3261 §19.1). */
final class SipUriView extends UriView<SipUri> implements SipURI {
    private static final long serialVersionUID = 1;

    SipUriView(SipUri value, Owner<Uri> owner) {
        super(value, owner);
    }

    @Override
    Parameters parameters() {
        return value().parameters();
    }

    @Override
    void parameters(Parameters changed) {
        change(uri -> uri.withParameters(changed));
    }

    @Override
    public boolean isSipURI() {
        return true;
    }

    @Override
    public @Nullable String getUser() {
        return value().user().map(SipUri::unescape).orElse(null);
    }

    @Override
    public void setUser(@Nullable String user) {
        change(uri -> user == null || user.isEmpty() ? uri.withoutUser() : uri.withUser(SipUri.escapeUser(user)));
    }

    @Override
    public @Nullable String getUserPassword() {
        return value().password().map(SipUri::unescape).orElse(null);
    }

    @Override
    public void setUserPassword(@Nullable String password) {
        change(uri -> password == null ? uri.withoutPassword() : uri.withPassword(SipUri.escapePassword(password)));
    }

    @Override
    public String getHost() {
        return value().host();
    }

    @Override
    public void setHost(String host) {
        change(uri -> uri.withHost(host));
    }

    @Override
    public int getPort() {
        return value().port();
    }

    @Override
    public void setPort(int port) {
        change(uri -> uri.withPort(port < 0 ? HostPort.NO_PORT : port));
    }

    @Override
    public boolean isSecure() {
        return value().secure();
    }

    @Override
    public void setSecure(boolean secure) {
        change(uri -> uri.withSecure(secure));
    }

    @Override
    public @Nullable String getTransportParam() {
        return getParameter("transport");
    }

    @Override
    public void setTransportParam(@Nullable String transport) {
        set("transport", transport);
    }

    @Override
    public @Nullable String getMAddrParam() {
        return getParameter("maddr");
    }

    @Override
    public void setMAddrParam(@Nullable String maddr) {
        set("maddr", maddr);
    }

    @Override
    public @Nullable String getMethodParam() {
        return getParameter("method");
    }

    @Override
    public void setMethodParam(@Nullable String method) {
        set("method", method);
    }

    @Override
    public int getTTLParam() {
        String ttl = getParameter("ttl");
        try {
            return ttl == null ? -1 : Integer.parseInt(ttl);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public void setTTLParam(int ttl) {
        set("ttl", ttl < 0 ? null : Integer.toString(ttl));
    }

    @Override
    public @Nullable String getUserParam() {
        return getParameter("user");
    }

    @Override
    public void setUserParam(@Nullable String user) {
        set("user", user);
    }

    @Override
    public boolean getLrParam() {
        return value().isLooseRoute();
    }

    @Override
    public void setLrParam(boolean flag) {
        set("lr", flag ? "" : null);
    }

    private void set(String name, @Nullable String newValue) {
        if (newValue == null) {
            removeParameter(name);
        } else {
            setParameter(name, newValue);
        }
    }

    @Override
    public @Nullable String getHeader(String name) {
        return value().headers()
                .value(Objects.requireNonNull(name, "header name"))
                .map(SipUri::unescape)
                .orElse(null);
    }

    @Override
    public void setHeader(String name, String newValue) {
        change(uri -> uri.withHeaders(uri.headers().with(name, SipUri.escapeHeader(newValue))));
    }

    @Override
    public void removeHeader(String name) {
        change(uri -> uri.withHeaders(uri.headers().without(name)));
    }

    @Override
    public Iterator<String> getHeaderNames() {
        return getHeaderNameList().iterator();
    }

    @Override
    public List<String> getHeaderNameList() {
        return new ArrayList<>(value().headers().names());
    }
}
