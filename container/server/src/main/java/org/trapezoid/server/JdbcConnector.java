// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Connects to a database, by a driver of the server or one of an application. Thread-safe. */
@FunctionalInterface
interface JdbcConnector {

    Connection connect(Properties login) throws SQLException;

    /** By a driver that the server sees. Looks for it, and does not connect yet. */
    static JdbcConnector ofServer(UserDatabase database) {
        try {
            if (database.driver().isPresent()) {
                Class.forName(database.driver().get());
            }
            DriverManager.getDriver(database.url());
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(
                    "the driver " + database.driver().orElse("") + " of " + database + " is not in lib", e);
        } catch (SQLException e) {
            throw new IllegalArgumentException("there is no JDBC driver for " + database + " in lib", e);
        }
        return login -> DriverManager.getConnection(database.url(), login);
    }

    /** By a driver that an archive brings; {@link DriverManager} gives those to their own classes alone. */
    static JdbcConnector ofArchive(UserDatabase database, ClassLoader loader) {
        Driver driver = driver(database, loader);
        return login -> {
            Connection connection = driver.connect(database.url(), login);
            if (connection == null) {
                throw new SQLException(driver.getClass().getName() + " does not know the URL of " + database);
            }
            return connection;
        };
    }

    private static Driver driver(UserDatabase database, ClassLoader loader) {
        try {
            if (database.driver().isPresent()) {
                return Class.forName(database.driver().get(), true, loader)
                        .asSubclass(Driver.class)
                        .getConstructor()
                        .newInstance();
            }
            for (Driver each : ServiceLoader.load(Driver.class, loader)) {
                if (each.acceptsURL(database.url())) {
                    return each;
                }
            }
        } catch (ReflectiveOperationException | ClassCastException | LinkageError e) {
            throw new IllegalArgumentException(
                    "the driver " + database.driver().orElse("") + " of " + database + " is not in WEB-INF/lib: " + e,
                    e);
        } catch (SQLException | ServiceConfigurationError e) {
            throw new IllegalArgumentException("no JDBC driver for " + database + " can be used: " + e, e);
        }
        throw new IllegalArgumentException("there is no JDBC driver for " + database + " in WEB-INF/lib");
    }
}
