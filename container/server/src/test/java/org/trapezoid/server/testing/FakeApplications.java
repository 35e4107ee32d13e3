// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.testing;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.trapezoid.servlet.app.AppEnvironment;
import org.trapezoid.servlet.app.AppSource;
import org.trapezoid.servlet.app.Applications;
import org.trapezoid.servlet.app.HttpSide;

/** Remembers what was deployed; its calls end when a test says so. */
public final class FakeApplications implements Applications {

    private final Map<String, AppSource> deployed = new ConcurrentHashMap<>();
    private final List<CompletableFuture<Void>> ending = new ArrayList<>();
    private final Map<String, Duration> patience = new ConcurrentHashMap<>();

    @Override
    public Prepared prepare(AppSource source) throws ServletException {
        HttpSide side = AppEnvironment.httpOnly(source.descriptor().name(), Map.of(), source.web(), Optional.empty());
        return new Prepared() {
            @Override
            public HttpSide http() {
                return side;
            }

            @Override
            public void start() throws ServletException {
                take(source);
            }
        };
    }

    @Override
    public HttpSide httpOnly(String name, ServletContext context, AppSource.Web web) throws ServletException {
        return AppEnvironment.httpOnly(name, Map.of(), web, Optional.empty());
    }

    private synchronized void take(AppSource source) throws ServletException {
        if (deployed.putIfAbsent(source.descriptor().name(), source) != null) {
            throw new ServletException("application name " + source.descriptor().name() + " is taken");
        }
    }

    @Override
    public synchronized CompletionStage<Void> undeploy(String name, Duration longest) {
        deployed.remove(name);
        patience.put(name, longest);
        CompletableFuture<Void> ended = new CompletableFuture<>();
        ending.add(ended);
        if (longest.isZero()) {
            ended.complete(null);
        }
        return ended;
    }

    @Override
    public List<String> names() {
        return List.copyOf(new TreeMap<>(deployed).keySet());
    }

    /** What an application was made of. */
    public AppSource source(String name) {
        AppSource source = deployed.get(name);
        if (source == null) {
            throw new AssertionError(name + " is not deployed, only " + names());
        }
        return source;
    }

    /** The patience an application was ended with. */
    public Duration patience(String name) {
        Duration longest = patience.get(name);
        if (longest == null) {
            throw new AssertionError(name + " was not ended");
        }
        return longest;
    }

    /** The last call of every ended application ends. */
    public synchronized void endCalls() {
        ending.forEach(ended -> ended.complete(null));
        ending.clear();
    }
}
