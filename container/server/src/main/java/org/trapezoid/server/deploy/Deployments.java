// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import jakarta.servlet.Servlet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.http.HttpServer;
import org.trapezoid.servlet.app.Applications;
import org.trapezoid.sip.concurrent.Threads;

/** The archives of a server: those named in its configuration and those in its deploy directory. Owns the deploying thread. Thread-safe. */
public final class Deployments implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Deployments.class);

    /**
     * What is deployed and when.
     *
     * @param servlets applications of one servlet, by name, deployed at the start
     * @param archives deployed at the start
     * @param directory watched, if there is one
     * @param data where archives are unpacked
     * @param scanInterval between two looks at the directory
     * @param patience how long calls of an undeployed application may go on
     */
    public record Plan(
            Map<String, Servlet> servlets,
            List<Path> archives,
            Optional<Path> directory,
            Path data,
            Duration scanInterval,
            Duration patience) {}

    private final Plan plan;
    private final Deployer deployer;
    private final Optional<DeployScanner> scanner;
    private final RouterWatch routers;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> Threads.platform("deployer", task));

    private volatile Future<?> scanning = CompletableFuture.completedFuture(null);

    /**
     * Deployments to the two sides of a server.
     *
     * @param databases of users of the applications
     * @param routers looked after by the deploying thread
     */
    public Deployments(
            Plan plan,
            HttpServer http,
            Applications applications,
            ContextParameters parameters,
            OwnDatabases databases,
            RouterWatch routers) {
        this.plan = plan;
        this.routers = routers;
        this.deployer = new Deployer(
                http,
                applications,
                new Workspace(plan.data().resolve("apps")),
                parameters,
                databases,
                plan.patience(),
                thread);
        this.scanner = plan.directory().map(directory -> new DeployScanner(directory, deployer));
    }

    /** Deploys what is there, and from then on what arrives. Returns when the first is done. Only the program's own must not fail. */
    public void start() throws BrokenArchiveException {
        for (Map.Entry<String, Servlet> each : plan.servlets().entrySet()) {
            deploy(each.getKey(), each.getValue());
        }
        await(() -> {
            plan.archives().forEach(deployer::deploy);
            scanner.ifPresent(DeployScanner::scanAtStart);
            deployer.clean();
            return CompletableFuture.completedFuture(null);
        });
        long interval = plan.scanInterval().toMillis();
        scanning = thread.scheduleWithFixedDelay(this::scan, interval, interval, TimeUnit.MILLISECONDS);
    }

    /** Ends every application at once. */
    @Override
    public void close() {
        scanning.cancel(false);
        await(() -> deployer.stop(Duration.ZERO));
        await(() -> {
            routers.close();
            return CompletableFuture.completedFuture(null);
        });
        thread.shutdown();
    }

    private void deploy(String name, Servlet servlet) throws BrokenArchiveException {
        Optional<BrokenArchiveException> failure = CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                deployer.deploy(name, servlet);
                                return Optional.<BrokenArchiveException>empty();
                            } catch (BrokenArchiveException e) {
                                return Optional.of(e);
                            }
                        },
                        thread)
                .join();
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    private void scan() {
        try {
            routers.look(thread);
        } catch (RuntimeException e) { // the next look must come all the same
            log.error("the files of the application router were not looked at to the end", e);
        }
        try {
            scanner.ifPresent(DeployScanner::scan);
        } catch (RuntimeException e) {
            log.error("the deploy directory was not scanned to the end", e);
        }
    }

    private void await(Supplier<CompletionStage<?>> work) {
        CompletableFuture.supplyAsync(work, thread)
                .thenCompose(stage -> stage)
                .exceptionally(failure -> {
                    log.error("not every application was deployed or ended", failure);
                    return null;
                })
                .join();
    }
}
