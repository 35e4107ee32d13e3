// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Objects;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has {@link DriverManager} forget the JDBC drivers of an archive, which keep all its classes otherwise. It lets nobody do that who
 * does not see them, so this class is loaded once more, below the classes of the archive. Used by the deploying thread.
 */
final class DriverRelease {
    private static final Logger log = LoggerFactory.getLogger(DriverRelease.class);

    private DriverRelease() {}

    /** How many there were. */
    static int of(ClassLoader archive) {
        String name = Inside.class.getName();
        try (InputStream in = Objects.requireNonNull(
                DriverRelease.class.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class"))) {
            @SuppressWarnings("unchecked")
            ToIntFunction<ClassLoader> inside = (ToIntFunction<ClassLoader>) new Below(archive)
                    .define(name, in.readAllBytes())
                    .getConstructor()
                    .newInstance();
            return inside.applyAsInt(archive);
        } catch (IOException | ReflectiveOperationException | RuntimeException | LinkageError e) {
            log.warn("JDBC drivers of {} stay registered: {}", archive.getName(), e.toString());
            return 0;
        }
    }

    private static final class Below extends ClassLoader {
        Below(ClassLoader archive) {
            super("drivers", archive);
        }

        Class<?> define(String name, byte[] bytes) {
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    /** Knows classes of Java alone. */
    public static final class Inside implements ToIntFunction<ClassLoader> {

        /** Made by reflection. */
        public Inside() {}

        @Override
        public int applyAsInt(ClassLoader archive) {
            int released = 0;
            for (Driver each : Collections.list(DriverManager.getDrivers())) {
                if (each.getClass().getClassLoader() == archive) {
                    try {
                        DriverManager.deregisterDriver(each);
                        released++;
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
            return released;
        }
    }
}
