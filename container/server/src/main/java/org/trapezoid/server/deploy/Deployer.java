// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.UserStore;
import org.trapezoid.http.ConvergedContext;
import org.trapezoid.http.HttpServer;
import org.trapezoid.servlet.app.AppSource;
import org.trapezoid.servlet.app.Applications;
import org.trapezoid.servlet.app.HttpSide;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.ArchiveReader;

/**
 * Makes archives into running applications and ends them again. What is wrong with one archive is logged and stops no other.
 * Confined to the deploying thread, which is also the executor it is given.
 */
final class Deployer implements DeployScanner.Target {

    private static final Logger log = LoggerFactory.getLogger(Deployer.class);

    private static final Duration UNDO = Duration.ofSeconds(20);

    private final HttpServer http;
    private final Applications applications;
    private final Workspace workspace;
    private final ContextParameters parameters;
    private final OwnDatabases databases;
    private final Duration patience;
    private final Executor deployingThread;
    private final ArchiveReader reader = new ArchiveReader();
    private final Map<Path, Deployment> running = new LinkedHashMap<>();
    private final Set<Deployment> ending = new HashSet<>();

    /** A deployer; patience is how long calls of an undeployed application may go on. */
    Deployer(
            HttpServer http,
            Applications applications,
            Workspace workspace,
            ContextParameters parameters,
            OwnDatabases databases,
            Duration patience,
            Executor deployingThread) {
        this.http = http;
        this.applications = applications;
        this.workspace = workspace;
        this.parameters = parameters;
        this.databases = databases;
        this.patience = patience;
        this.deployingThread = deployingThread;
    }

    @Override
    public void deploy(Path path) {
        try {
            Deployment deployment = start(Archive.at(path));
            running.put(path, deployment);
            log.info("{} deployed from {}", deployment, path);
        } catch (BrokenArchiveException e) {
            log.error("not deployed: {}", e.getMessage());
            log.debug("not deployed", e);
        }
    }

    /** An application of one servlet, which sees what its program sees. */
    void deploy(String name, Servlet servlet) throws BrokenArchiveException {
        Path place = Path.of(name);
        try {
            Path temporary = workspace.temporary(name);
            ClassLoader loader = servlet.getClass().getClassLoader();
            AppDescriptor descriptor = reader.read(name, servlet.getClass());
            Application application = new Application(descriptor, loader, Map.of(name, servlet));
            ConvergedContext context = ConvergedContext.sipOnly(spec(name, temporary, loader, temporary, application));
            startContext(context, application);
            running.put(
                    place,
                    new Deployment(name, temporary, temporary, Optional.empty(), context, application.users, true));
        } catch (Exception e) {
            throw new BrokenArchiveException(place, e);
        }
    }

    /** The new version takes over at once; calls of the old one go on for a while. A broken new version ends the old one. */
    @Override
    public void redeploy(Path path) {
        undeploy(path);
        deploy(path);
    }

    @Override
    public void undeploy(Path path) {
        Deployment deployment = running.remove(path);
        if (deployment != null) {
            end(deployment, patience);
        }
    }

    /** Ends every application; the stage completes when the last one has. */
    CompletionStage<Void> stop(Duration patienceAtStop) {
        List<Deployment> all = new ArrayList<>(running.values());
        running.clear();
        return CompletableFuture.allOf(all.stream()
                .map(deployment -> end(deployment, patienceAtStop).toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    private Deployment start(Archive archive) throws BrokenArchiveException {
        ApplicationClassLoader loader = null;
        try {
            Path root = workspace.prepare(archive);
            Path temporary = workspace.temporary(archive.name());
            Optional<AppDescriptor> descriptor =
                    reader.read(root, archive.path().getFileName().toString());
            String name = descriptor.map(AppDescriptor::name).orElse(archive.name());
            loader = new ApplicationClassLoader(name, root, Deployer.class.getClassLoader());
            Application application = new Application(name, descriptor, loader);
            ConvergedContext.Spec spec = spec(name, root, loader, temporary, application);
            ConvergedContext context = archive.isWeb(root, reader)
                    ? ConvergedContext.web(spec, "/" + archive.name(), http::origin)
                    : ConvergedContext.sipOnly(spec);
            startContext(context, application);
            return new Deployment(
                    name, root, temporary, Optional.of(loader), context, application.users, descriptor.isPresent());
        } catch (Throwable e) { // an archive may lack any class, and linkage errors are Errors
            if (loader != null) {
                close(archive.name(), loader);
            }
            throw new BrokenArchiveException(archive.path(), e);
        }
    }

    private ConvergedContext.Spec spec(
            String name, Path root, ClassLoader loader, Path temporary, Application application) throws IOException {
        application.contextParameters.putAll(parameters.of(name));
        return new ConvergedContext.Spec(name, root, loader, temporary, application.contextParameters, application);
    }

    private void startContext(ConvergedContext context, Application application) throws Exception {
        boolean started = false;
        try {
            http.add(context);
            started = true;
        } finally {
            if (!started) {
                application.undo();
                application.users.ifPresent(OwnDatabases.Opened::close);
                http.remove(context);
            }
        }
    }

    /** The SIP side of an application starts in the middle of its HTTP side: after the listeners, before the servlets. */
    private final class Application implements ConvergedContext.Startup {
        private final String name;
        private final Optional<AppDescriptor> descriptor;
        private final ClassLoader loader;
        private final Map<String, Servlet> instances;
        private final Map<String, String> contextParameters = new HashMap<>();
        private Optional<Applications.Prepared> prepared = Optional.empty();
        private Optional<OwnDatabases.Opened> users = Optional.empty();
        private boolean deployed;

        Application(String name, Optional<AppDescriptor> descriptor, ClassLoader loader) {
            this.name = name;
            this.descriptor = descriptor;
            this.loader = loader;
            this.instances = Map.of();
            descriptor.ifPresent(declared -> contextParameters.putAll(declared.contextParams()));
        }

        Application(AppDescriptor descriptor, ClassLoader loader, Map<String, Servlet> instances) {
            this.name = descriptor.name();
            this.descriptor = Optional.of(descriptor);
            this.loader = loader;
            this.instances = instances;
        }

        @Override
        public Optional<HttpSide> prepare(ServletContext servletContext, AppSource.Web web) throws Exception {
            Map<String, String> parameters = new HashMap<>(); // those of web.xml too
            for (String each : Collections.list(servletContext.getInitParameterNames())) {
                parameters.put(each, servletContext.getInitParameter(each));
            }
            users = databases.open(name, parameters, loader);
            users.ifPresent(store -> servletContext.setAttribute(UserStore.ATTRIBUTE, store));
            if (descriptor.isEmpty()) {
                return Optional.of(applications.httpOnly(name, servletContext, web));
            }
            prepared = Optional.of(applications.prepare(
                    new AppSource(descriptor.get(), loader, servletContext, parameters, instances, web)));
            HttpSide http = prepared.get().http();
            return Optional.of(
                    instances.isEmpty()
                            ? http
                            : new HttpSide(
                                    http.components(), Map.of(), http.sessions())); // its loader is the program's
        }

        @Override
        public void afterListeners(ServletContext servletContext) throws Exception {
            if (prepared.isPresent()) {
                prepared.get().start();
                deployed = true;
            }
        }

        /** Its classes are needed until it has ended. */
        void undo() {
            if (!deployed) {
                return;
            }
            try {
                applications
                        .undeploy(name, Duration.ZERO)
                        .toCompletableFuture()
                        .get(UNDO.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                log.warn("{}: what had started of it did not end: {}", name, e.toString());
            }
        }
    }

    private CompletionStage<Void> end(Deployment deployment, Duration longest) {
        ending.add(deployment);
        http.hide(deployment.context());
        CompletionStage<Void> ended = deployment.sip()
                ? applications.undeploy(deployment.name(), longest)
                : CompletableFuture.completedFuture(null);
        return ended.whenCompleteAsync((nothing, failure) -> release(deployment), deployingThread);
    }

    private void release(Deployment deployment) {
        try {
            http.remove(deployment.context());
        } catch (Exception e) {
            log.warn("{}: its servlet context did not stop", deployment, e);
        }
        deployment.users().ifPresent(OwnDatabases.Opened::close);
        deployment.loader().ifPresent(loader -> close(deployment.name(), loader));
        ending.remove(deployment);
        clean();
        log.info("{} undeployed", deployment);
    }

    /** Deletes the unpacked archives nothing uses. */
    void clean() {
        Set<Path> used = new HashSet<>();
        List<Deployment> all = new ArrayList<>(running.values());
        all.addAll(ending);
        for (Deployment each : all) {
            used.add(each.root());
            used.add(each.temporary());
        }
        try {
            workspace.retain(used);
        } catch (IOException e) {
            log.warn("unused files were not deleted: {}", e.toString());
        }
    }

    private static void close(String name, ApplicationClassLoader loader) {
        int drivers = DriverRelease.of(loader);
        if (drivers > 0) {
            log.debug("{}: {} JDBC drivers released", name, drivers);
        }
        try {
            loader.close();
        } catch (IOException e) {
            log.warn("{}: its files were not closed: {}", name, e.toString());
        }
    }
}
