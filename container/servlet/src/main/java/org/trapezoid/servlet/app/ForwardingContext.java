// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.SessionCookieConfig;
import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.descriptor.JspConfigDescriptor;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.charset.Charset;
import java.util.Enumeration;
import java.util.EventListener;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The servlet context of the HTTP side, to be added to. Thread-safe as that one is. */
abstract class ForwardingContext implements ServletContext {

    private final ServletContext context;

    ForwardingContext(ServletContext context) {
        this.context = context;
    }

    ServletContext context() {
        return context;
    }

    @Override
    public String getContextPath() {
        return context.getContextPath();
    }

    @Override
    public @Nullable ServletContext getContext(String value) {
        return context.getContext(value);
    }

    @Override
    public int getMajorVersion() {
        return context.getMajorVersion();
    }

    @Override
    public int getMinorVersion() {
        return context.getMinorVersion();
    }

    @Override
    public int getEffectiveMajorVersion() {
        return context.getEffectiveMajorVersion();
    }

    @Override
    public int getEffectiveMinorVersion() {
        return context.getEffectiveMinorVersion();
    }

    @Override
    public @Nullable String getMimeType(String value) {
        return context.getMimeType(value);
    }

    @Override
    public @Nullable Set<String> getResourcePaths(String value) {
        return context.getResourcePaths(value);
    }

    @Override
    public @Nullable URL getResource(String value) throws MalformedURLException {
        return context.getResource(value);
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String value) {
        return context.getResourceAsStream(value);
    }

    @Override
    public @Nullable RequestDispatcher getRequestDispatcher(String value) {
        return context.getRequestDispatcher(value);
    }

    @Override
    public @Nullable RequestDispatcher getNamedDispatcher(String value) {
        return context.getNamedDispatcher(value);
    }

    @Override
    public void log(String value) {
        context.log(value);
    }

    @Override
    public void log(String first, Throwable second) {
        context.log(first, second);
    }

    @Override
    public @Nullable String getRealPath(String value) {
        return context.getRealPath(value);
    }

    @Override
    public String getServerInfo() {
        return context.getServerInfo();
    }

    @Override
    public @Nullable String getInitParameter(String value) {
        return context.getInitParameter(value);
    }

    @Override
    public Enumeration<String> getInitParameterNames() {
        return context.getInitParameterNames();
    }

    @Override
    public boolean setInitParameter(String first, String second) {
        return context.setInitParameter(first, second);
    }

    @Override
    public @Nullable Object getAttribute(String value) {
        return context.getAttribute(value);
    }

    @Override
    public Enumeration<String> getAttributeNames() {
        return context.getAttributeNames();
    }

    @Override
    public void setAttribute(String first, Object second) {
        context.setAttribute(first, second);
    }

    @Override
    public void removeAttribute(String value) {
        context.removeAttribute(value);
    }

    @Override
    public String getServletContextName() {
        return context.getServletContextName();
    }

    @Override
    public ServletRegistration.@Nullable Dynamic addServlet(String first, String second) {
        return context.addServlet(first, second);
    }

    @Override
    public ServletRegistration.@Nullable Dynamic addServlet(String first, Servlet second) {
        return context.addServlet(first, second);
    }

    @Override
    public ServletRegistration.@Nullable Dynamic addServlet(String first, Class<? extends Servlet> second) {
        return context.addServlet(first, second);
    }

    @Override
    public ServletRegistration.@Nullable Dynamic addJspFile(String first, String second) {
        return context.addJspFile(first, second);
    }

    @Override
    public <T extends Servlet> T createServlet(Class<T> value) throws ServletException {
        return context.createServlet(value);
    }

    @Override
    public @Nullable ServletRegistration getServletRegistration(String value) {
        return context.getServletRegistration(value);
    }

    @Override
    public Map<String, ? extends ServletRegistration> getServletRegistrations() {
        return context.getServletRegistrations();
    }

    @Override
    public FilterRegistration.@Nullable Dynamic addFilter(String first, String second) {
        return context.addFilter(first, second);
    }

    @Override
    public FilterRegistration.@Nullable Dynamic addFilter(String first, Filter second) {
        return context.addFilter(first, second);
    }

    @Override
    public FilterRegistration.@Nullable Dynamic addFilter(String first, Class<? extends Filter> second) {
        return context.addFilter(first, second);
    }

    @Override
    public <T extends Filter> T createFilter(Class<T> value) throws ServletException {
        return context.createFilter(value);
    }

    @Override
    public @Nullable FilterRegistration getFilterRegistration(String value) {
        return context.getFilterRegistration(value);
    }

    @Override
    public Map<String, ? extends FilterRegistration> getFilterRegistrations() {
        return context.getFilterRegistrations();
    }

    @Override
    public SessionCookieConfig getSessionCookieConfig() {
        return context.getSessionCookieConfig();
    }

    @Override
    public void setSessionTrackingModes(Set<SessionTrackingMode> value) {
        context.setSessionTrackingModes(value);
    }

    @Override
    public Set<SessionTrackingMode> getDefaultSessionTrackingModes() {
        return context.getDefaultSessionTrackingModes();
    }

    @Override
    public Set<SessionTrackingMode> getEffectiveSessionTrackingModes() {
        return context.getEffectiveSessionTrackingModes();
    }

    @Override
    public void addListener(String value) {
        context.addListener(value);
    }

    @Override
    public <T extends EventListener> void addListener(T value) {
        context.addListener(value);
    }

    @Override
    public void addListener(Class<? extends EventListener> value) {
        context.addListener(value);
    }

    @Override
    public <T extends EventListener> T createListener(Class<T> value) throws ServletException {
        return context.createListener(value);
    }

    @Override
    public @Nullable JspConfigDescriptor getJspConfigDescriptor() {
        return context.getJspConfigDescriptor();
    }

    @Override
    public ClassLoader getClassLoader() {
        return context.getClassLoader();
    }

    @Override
    public void declareRoles(String... value) {
        context.declareRoles(value);
    }

    @Override
    public String getVirtualServerName() {
        return context.getVirtualServerName();
    }

    @Override
    public int getSessionTimeout() {
        return context.getSessionTimeout();
    }

    @Override
    public void setSessionTimeout(int value) {
        context.setSessionTimeout(value);
    }

    @Override
    public @Nullable String getRequestCharacterEncoding() {
        return context.getRequestCharacterEncoding();
    }

    @Override
    public void setRequestCharacterEncoding(String value) {
        context.setRequestCharacterEncoding(value);
    }

    @Override
    public void setRequestCharacterEncoding(Charset value) {
        context.setRequestCharacterEncoding(value);
    }

    @Override
    public @Nullable String getResponseCharacterEncoding() {
        return context.getResponseCharacterEncoding();
    }

    @Override
    public void setResponseCharacterEncoding(String value) {
        context.setResponseCharacterEncoding(value);
    }

    @Override
    public void setResponseCharacterEncoding(Charset value) {
        context.setResponseCharacterEncoding(value);
    }
}
