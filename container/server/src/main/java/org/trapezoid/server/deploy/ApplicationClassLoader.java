// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The class loader of one application: Java itself first, then the API from the container, then the archive, and of the
 * container's other classes only those an application may use when it does not bring them. Thread-safe.
 */
public final class ApplicationClassLoader extends URLClassLoader {

    /** Always the container's, even when the archive has copies: the two sides exchange objects of these types. */
    private static final List<String> FROM_CONTAINER = List.of(
            "jakarta.servlet.",
            "jakarta.websocket.",
            "jakarta.enterprise.concurrent.",
            "org.trapezoid.api.",
            "jakarta.annotation.",
            "jakarta.inject.");

    /**
     * The container's unless the archive has its own. The last ones are found by name through the application's class loader: the
     * {@code java:} names, and what the WebSocket API looks up as services.
     */
    private static final List<String> UNLESS_IN_ARCHIVE = List.of(
            "org.slf4j.",
            "jakarta.enterprise.",
            "org.eclipse.jetty.jndi.",
            "org.eclipse.jetty.ee11.websocket.jakarta.",
            "META-INF.services.jakarta.websocket.");

    /** The same for archives of the time before Jakarta: modules that Java itself had until version 11, in their Jakarta form. */
    private static final List<String> UNLESS_IN_OLD_ARCHIVE = List.of(
            "jakarta.xml.bind.",
            "jakarta.activation.",
            "org.glassfish.jaxb.",
            "org.eclipse.angus.activation.",
            "META-INF.services.jakarta.xml.bind.",
            "META-INF.services.jakarta.activation.");

    /** Lies in directories that were translated. */
    static final String TRANSLATED = "WEB-INF/.translated";

    /** Says which classes serve {@code java:} names. */
    private static final String JNDI = "jndi.properties";

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader container;
    private final boolean old;

    /** A loader for the directory that holds WEB-INF. */
    public ApplicationClassLoader(String name, Path root, ClassLoader container) {
        super(name, classPath(root), ClassLoader.getPlatformClassLoader());
        this.container = container;
        this.old = Files.exists(root.resolve(TRANSLATED));
    }

    private static URL[] classPath(Path root) {
        Path webInf = root.resolve("WEB-INF");
        List<URL> urls = new ArrayList<>();
        try {
            urls.add(webInf.resolve("classes").toUri().toURL());
            Path lib = webInf.resolve("lib");
            if (Files.isDirectory(lib)) {
                try (Stream<Path> files = Files.list(lib)) {
                    for (Path jar : files.filter(
                                    file -> file.getFileName().toString().endsWith(".jar"))
                            .sorted()
                            .toList()) {
                        urls.add(jar.toUri().toURL());
                    }
                }
            }
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(root + " is no directory a class path can name", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return urls.toArray(URL[]::new);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> type = findLoadedClass(name);
            if (type == null) {
                type = find(name);
            }
            if (resolve) {
                resolveClass(type);
            }
            return type;
        }
    }

    private Class<?> find(String name) throws ClassNotFoundException {
        if (startsWithAny(name, FROM_CONTAINER)) {
            return container.loadClass(name);
        }
        try {
            return getParent().loadClass(name);
        } catch (ClassNotFoundException notJava) {
            try {
                return findClass(name);
            } catch (ClassNotFoundException notInArchive) {
                if (isLent(name)) {
                    return container.loadClass(name);
                }
                throw notInArchive;
            }
        }
    }

    @Override
    public @Nullable URL getResource(String name) {
        if (startsWithAny(className(name), FROM_CONTAINER)) {
            return container.getResource(name);
        }
        URL found = findResource(name);
        if (found == null) {
            found = getParent().getResource(name);
        }
        if (found == null && isLent(className(name))) {
            found = container.getResource(name);
        }
        return found;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        if (startsWithAny(className(name), FROM_CONTAINER)) {
            return container.getResources(name);
        }
        List<URL> found = Collections.list(findResources(name));
        found.addAll(Collections.list(getParent().getResources(name)));
        if (name.equals(JNDI)) {
            found.addAll(Collections.list(container.getResources(name)));
        }
        if (found.isEmpty() && isLent(className(name))) {
            return container.getResources(name);
        }
        return Collections.enumeration(found);
    }

    private boolean isLent(String name) {
        return startsWithAny(name, UNLESS_IN_ARCHIVE) || (old && startsWithAny(name, UNLESS_IN_OLD_ARCHIVE));
    }

    private static String className(String resource) {
        return resource.replace('/', '.');
    }

    private static boolean startsWithAny(String name, List<String> prefixes) {
        for (String prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
