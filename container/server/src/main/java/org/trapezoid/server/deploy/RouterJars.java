// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import jakarta.servlet.sip.ar.SipApplicationRouter;
import jakarta.servlet.sip.ar.spi.SipApplicationRouterProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * Finds the application router in the jars of a directory (JSR 289 §15.4.2): by the class that a system property names, else by
 * {@code META-INF/services}. Jars of the time before Jakarta are translated. Confined to one thread.
 */
final class RouterJars {

    static final String PROVIDER = SipApplicationRouterProvider.class.getName();
    private static final String OLD_PROVIDER = "javax" + PROVIDER.substring("jakarta".length());

    private final Workspace workspace;

    RouterJars(Path work) {
        this.workspace = new Workspace(work);
    }

    /**
     * What was found.
     *
     * @param root where the copies of the jars lie
     */
    record Found(SipApplicationRouter router, ApplicationClassLoader loader, Path root) {}

    /** Loads the router from copies of the jars, so that they may be replaced at any time. */
    Found load(Path directory, List<Path> jars) throws BrokenArchiveException {
        ApplicationClassLoader loader = null;
        try {
            Path root = workspace.prepareLibraries("router", jars);
            loader = new ApplicationClassLoader("router", root, RouterJars.class.getClassLoader());
            return new Found(provider(directory, loader).getSipApplicationRouter(), loader, root);
        } catch (Throwable e) { // a jar may lack any class, and linkage errors are Errors
            close(loader);
            throw new BrokenArchiveException(directory, e);
        }
    }

    private static SipApplicationRouterProvider provider(Path directory, ClassLoader loader)
            throws ReflectiveOperationException, IOException {
        String property = System.getProperty(PROVIDER) != null ? PROVIDER : OLD_PROVIDER;
        Optional<String> named = Optional.ofNullable(System.getProperty(property));
        if (named.isPresent()) {
            try {
                return loader.loadClass(named.get().strip())
                        .asSubclass(SipApplicationRouterProvider.class)
                        .getConstructor()
                        .newInstance();
            } catch (ClassNotFoundException e) {
                throw new IOException(
                        "no jar has the class " + named.get() + ", which the system property " + property + " names",
                        e);
            } catch (ClassCastException | NoSuchMethodException e) {
                throw new IOException(
                        named.get() + " is no " + PROVIDER + " with a public constructor without parameters", e);
            }
        }
        return ServiceLoader.load(SipApplicationRouterProvider.class, loader)
                .findFirst()
                .orElseThrow(() -> new IOException("no jar in " + directory + " has META-INF/services/" + PROVIDER
                        + ", and no system property of that name says which class it is"));
    }

    /** Deletes all copies but these. */
    void clean(Set<Path> used) throws IOException {
        workspace.retain(used);
    }

    private static void close(@org.jspecify.annotations.Nullable ApplicationClassLoader loader) {
        if (loader != null) {
            try {
                loader.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
