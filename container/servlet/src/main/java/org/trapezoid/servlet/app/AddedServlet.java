// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.ServletSecurityElement;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A SIP servlet that a listener adds while its application starts. Confined to the thread that deploys. */
final class AddedServlet implements ServletRegistration.Dynamic {

    private final String name;
    private final Class<?> type;
    private final Optional<Object> instance;
    private final Runnable requireStarting;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private int loadOnStartup = -1;
    private volatile @Nullable String runAs;

    /** @param requireStarting throws once the application has started: its settings would change nothing any more */
    AddedServlet(String name, Class<?> type, Optional<Object> instance, Runnable requireStarting) {
        this.name = name;
        this.type = type;
        this.instance = instance;
        this.requireStarting = requireStarting;
    }

    Optional<Object> instance() {
        return instance;
    }

    int loadOnStartup() {
        return loadOnStartup;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public String getClassName() {
        return type.getName();
    }

    @Override
    public void setLoadOnStartup(int order) {
        requireStarting.run();
        loadOnStartup = order;
    }

    @Override
    public boolean setInitParameter(String parameter, String value) {
        requireStarting.run();
        return parameters.putIfAbsent(parameter, value) == null;
    }

    @Override
    public @Nullable String getInitParameter(String parameter) {
        return parameters.get(parameter);
    }

    @Override
    public Set<String> setInitParameters(Map<String, String> more) {
        requireStarting.run();
        Set<String> known = new LinkedHashSet<>(parameters.keySet());
        known.retainAll(more.keySet());
        if (known.isEmpty()) {
            parameters.putAll(more);
        }
        return known;
    }

    @Override
    public Map<String, String> getInitParameters() {
        return Map.copyOf(parameters);
    }

    // ---- what only HTTP servlets have

    @Override
    public Set<String> addMapping(String... urlPatterns) {
        throw new IllegalStateException("servlet " + name + " is one of SIP: it has no URL");
    }

    @Override
    public Collection<String> getMappings() {
        return Set.of();
    }

    @Override
    public Set<String> setServletSecurity(ServletSecurityElement constraint) {
        return Set.of();
    }

    @Override
    public void setMultipartConfig(MultipartConfigElement multipartConfig) {
        throw new IllegalStateException("servlet " + name + " is one of SIP: it gets no forms");
    }

    @Override
    public void setRunAsRole(String roleName) {
        requireStarting.run();
        runAs = roleName;
    }

    @Override
    public @Nullable String getRunAsRole() {
        return runAs;
    }

    /** The role in which it acts on others. */
    Optional<String> runAs() {
        return Optional.ofNullable(runAs);
    }

    @Override
    public void setAsyncSupported(boolean isAsyncSupported) {
        // SIP servlets answer when they like
    }
}
