// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import jakarta.servlet.sip.ar.SipApplicationRouter;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.router.CurrentRouter;
import org.trapezoid.servlet.router.DarException;
import org.trapezoid.servlet.router.DarFile;
import org.trapezoid.servlet.router.DefaultApplicationRouter;
import org.trapezoid.servlet.router.LoadedRouter;

/**
 * Keeps the application router as its files say: the router in the jars of a directory if there is one, else the default router with its file.
 * What cannot be used is logged, and the router before it stays. Started once, then confined to the deploying thread.
 */
public final class RouterWatch {

    private static final Logger log = LoggerFactory.getLogger(RouterWatch.class);

    /** Makes a router of the API one of this server. */
    public interface Layer {
        LoadedRouter router(SipApplicationRouter router, ClassLoader loader);
    }

    private record Loaded(LoadedRouter router, ApplicationClassLoader loader, Path root) {}

    private final CurrentRouter current;
    private final Layer layer;
    private final RouterJars jars;
    private final Optional<Path> directory;
    private final Optional<Path> file;
    private Optional<StillFiles> jarFiles = Optional.empty();
    private Optional<StillFiles> darFile = Optional.empty();
    private Optional<DarFile> dar;
    private Optional<Loaded> loaded = Optional.empty();
    private final Set<Path> ending = new HashSet<>();

    /**
     * @param directory of the jars of a router; empty: there are none
     * @param file of the default router, with what was read from it
     * @param work where copies of the jars lie
     */
    public RouterWatch(
            CurrentRouter current,
            Layer layer,
            Optional<Path> directory,
            Optional<Path> file,
            Optional<DarFile> dar,
            Path work) {
        this.current = current;
        this.layer = layer;
        this.directory = directory;
        this.file = file;
        this.dar = dar;
        this.jars = new RouterJars(work);
    }

    /** Loads the router that is there; one that is broken is a failure now, since nothing else knows where requests go. */
    public void start() throws IOException, BrokenArchiveException {
        if (file.isPresent()) {
            darFile = Optional.of(new StillFiles(file.get(), ""));
        }
        if (directory.isPresent()) {
            StillFiles files = new StillFiles(directory.get(), ".jar");
            jarFiles = Optional.of(files);
            jars.clean(Set.of());
            if (!files.files().isEmpty()) {
                load(files, Runnable::run);
            }
        }
    }

    /** One look at the files. */
    void look(Executor deployingThread) {
        try {
            if (jarFiles.isPresent() && jarFiles.get().haveChanged()) {
                changeJars(jarFiles.get(), deployingThread);
            }
            if (darFile.isPresent() && darFile.get().haveChanged()) {
                readAgain(file.orElseThrow());
            }
        } catch (IOException e) {
            log.debug("the files of the application router change while they are looked at: {}", e.toString());
        }
    }

    private void changeJars(StillFiles files, Executor deployingThread) {
        if (files.files().isEmpty()) {
            current.replace(defaultRouter());
            log.info("the application router is the default one again: {} has no jar", directory.orElseThrow());
            retire(deployingThread);
            return;
        }
        try {
            load(files, deployingThread);
        } catch (BrokenArchiveException e) {
            log.error("application router not replaced: {}", e.getMessage());
            log.debug("application router not replaced", e);
        }
    }

    private void load(StillFiles files, Executor deployingThread) throws BrokenArchiveException {
        RouterJars.Found found = jars.load(directory.orElseThrow(), files.files());
        LoadedRouter router = layer.router(found.router(), found.loader());
        try {
            router.init();
        } catch (IllegalStateException e) {
            quietly(found.loader());
            throw new BrokenArchiveException(directory.orElseThrow(), e);
        }
        current.replace(router);
        retire(deployingThread);
        loaded = Optional.of(new Loaded(router, found.loader(), found.root()));
        log.info(
                "the application router is {} from {}",
                found.router().getClass().getName(),
                directory.orElseThrow());
    }

    /** The one that was replaced is destroyed when nobody is in it any more. */
    private void retire(Executor deployingThread) {
        if (loaded.isEmpty()) {
            return;
        }
        Loaded old = loaded.get();
        loaded = Optional.empty();
        ending.add(old.root());
        old.router().retire(deployingThread, () -> {
            quietly(old.loader());
            ending.remove(old.root());
            clean();
        });
    }

    private void clean() {
        Set<Path> used = new HashSet<>(ending);
        loaded.ifPresent(each -> used.add(each.root()));
        try {
            jars.clean(used);
        } catch (IOException e) {
            log.warn("copies of router jars were not deleted: {}", e.toString());
        }
    }

    private void readAgain(Path path) {
        try {
            dar = Optional.of(DarFile.read(path));
            if (loaded.isEmpty()) {
                current.replace(defaultRouter());
            }
            log.info("{} read again", path);
        } catch (DarException e) {
            log.error("{} not used, the routes of before stay: {}", path, e.getMessage());
        } catch (NoSuchFileException e) {
            log.error("{} is gone, the routes of before stay", path);
        } catch (IOException e) {
            log.error("{} cannot be read, the routes of before stay: {}", path, e.toString());
        }
    }

    private DefaultApplicationRouter defaultRouter() {
        return dar.map(DefaultApplicationRouter::new).orElseGet(DefaultApplicationRouter::new);
    }

    /** Destroys the router. An application that does not end in time may still send something. */
    void close() {
        current.replace(defaultRouter()); // who asks all the same must not wait for the next one
        retire(Runnable::run);
    }

    private static void quietly(ApplicationClassLoader loader) {
        try {
            loader.close();
        } catch (IOException e) {
            log.warn("the files of the application router were not closed: {}", e.toString());
        }
    }
}
