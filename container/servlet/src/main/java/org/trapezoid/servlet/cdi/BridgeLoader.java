// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.cdi;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Objects;

/**
 * Loads the bridge anew for an application, so that its {@code jakarta.enterprise} classes are those of the archive. All else is
 * the application's, except what the bridge shares with the container. Thread-safe.
 */
final class BridgeLoader extends ClassLoader {

    static final String BRIDGE = "org.trapezoid.servlet.cdi.bridge.";
    private static final String SHARED = "org.trapezoid.servlet.";

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader container;

    BridgeLoader(ClassLoader application, ClassLoader container) {
        super("cdi", application);
        this.container = container;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.startsWith(BRIDGE)) {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }
        return name.startsWith(SHARED) ? container.loadClass(name) : super.loadClass(name, resolve);
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        URL found = container.getResource(name.replace('.', '/') + ".class");
        if (found == null) {
            throw new ClassNotFoundException(name);
        }
        try (InputStream in = Objects.requireNonNull(found).openStream()) {
            byte[] bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length, BridgeLoader.class.getProtectionDomain());
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
