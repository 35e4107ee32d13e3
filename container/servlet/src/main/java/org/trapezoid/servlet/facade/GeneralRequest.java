// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.URI;
import java.io.BufferedReader;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@code jakarta.servlet} knows of any request, in terms of SIP. Confined as the request is. */
interface GeneralRequest extends SipServletRequest {

    @Override
    default long getContentLengthLong() {
        return getContentLength();
    }

    @Override
    default @Nullable ServletInputStream getInputStream() {
        return null;
    }

    @Override
    default @Nullable BufferedReader getReader() {
        return null;
    }

    @Override
    default @Nullable String getParameter(String name) {
        URI holder = parametersOf();
        return holder.isSipURI() ? holder.getParameter(name) : null;
    }

    /** The route that led here, or the Request-URI: whose parameters are those of the request (JSR 289 §5.6.1). */
    private URI parametersOf() {
        Address route = getPoppedRoute();
        return route == null ? getRequestURI() : route.getURI();
    }

    @Override
    default Enumeration<String> getParameterNames() {
        URI holder = parametersOf();
        return Collections.enumeration(holder.isSipURI() ? holder.getParameterNameSet() : Set.of());
    }

    @Override
    default String @Nullable [] getParameterValues(String name) {
        String value = getParameter(name);
        return value == null ? null : new String[] {value};
    }

    @Override
    default Map<String, String[]> getParameterMap() {
        Map<String, String[]> map = new LinkedHashMap<>();
        for (String name : Collections.list(getParameterNames())) {
            String[] values = getParameterValues(name);
            if (values != null) {
                map.put(name, values);
            }
        }
        return map;
    }

    @Override
    default String getScheme() {
        return getRequestURI().getScheme();
    }

    @Override
    default @Nullable String getServerName() {
        return getLocalAddr();
    }

    @Override
    default int getServerPort() {
        return getLocalPort();
    }

    @Override
    default @Nullable String getRemoteHost() {
        return getRemoteAddr();
    }

    @Override
    default @Nullable String getLocalName() {
        return getLocalAddr();
    }

    @Override
    default @Nullable Locale getLocale() {
        return getAcceptLanguage();
    }

    @Override
    default Enumeration<Locale> getLocales() {
        return Collections.enumeration(getAcceptLanguageSet());
    }

    @Override
    default AsyncContext startAsync() {
        throw new IllegalStateException(withoutAsync() + "; answer it at any time");
    }

    private String withoutAsync() {
        return "there is no asynchronous mode for the " + getMethod() + " request of Call-ID " + getCallId()
                + " (application " + getApplicationSession().getApplicationName() + ")";
    }

    @Override
    default AsyncContext startAsync(ServletRequest servletRequest, ServletResponse servletResponse) {
        return startAsync();
    }

    @Override
    default boolean isAsyncStarted() {
        return false;
    }

    @Override
    default boolean isAsyncSupported() {
        return false;
    }

    @Override
    default AsyncContext getAsyncContext() {
        throw new IllegalStateException(withoutAsync());
    }

    @Override
    default DispatcherType getDispatcherType() {
        return DispatcherType.REQUEST;
    }

    @Override
    default String getProtocolRequestId() {
        return "";
    }
}
