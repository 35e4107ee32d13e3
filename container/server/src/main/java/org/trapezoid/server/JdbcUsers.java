// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.server.deploy.OwnDatabases;

/** The users in a {@link UserDatabase}. Thread-safe; blocks. Keeps its connections. */
final class JdbcUsers implements OwnDatabases.Opened {
    private static final Logger log = LoggerFactory.getLogger(JdbcUsers.class);

    private final UserDatabase database;
    private final JdbcConnector connector;
    private final SqlQuery secretQuery;
    private final Optional<SqlQuery> rolesQuery;
    private final Semaphore permits;
    private final Queue<Connection> idle = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /** By a driver of the server. Looks for it, and does not connect yet. */
    JdbcUsers(UserDatabase database) {
        this(database, JdbcConnector.ofServer(database));
    }

    JdbcUsers(UserDatabase database, JdbcConnector connector) {
        this.database = database;
        this.connector = connector;
        this.secretQuery = SqlQuery.of(database.secretQuery());
        this.rolesQuery = database.rolesQuery().map(SqlQuery::of);
        this.permits = new Semaphore(database.connections());
    }

    @Override
    public List<String> algorithms(String realm) {
        return database.algorithms();
    }

    @Override
    public Optional<User> find(String name, String realm) throws SQLException, InterruptedException {
        if (!permits.tryAcquire(database.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
            throw new SQLTransientConnectionException(
                    "all " + database.connections() + " connections to " + database + " are in use");
        }
        try {
            Map<String, String> values = Map.of("name", name, "realm", realm);
            Connection known = idle.poll();
            if (known != null) {
                try {
                    return find(known, values);
                } catch (SQLException e) {
                    log.debug("{}: a connection was lost: {}", database, e.toString()); // the database was restarted
                }
            }
            return find(connect(), values);
        } finally {
            permits.release();
        }
    }

    private Connection connect() throws SQLException {
        Properties login = new Properties();
        if (!database.user().isEmpty()) {
            login.setProperty("user", database.user());
            login.setProperty("password", database.password());
        }
        Connection connection = connector.connect(login);
        try {
            connection.setReadOnly(true);
            connection.setNetworkTimeout(Runnable::run, (int) database.timeout().toMillis());
        } catch (SQLFeatureNotSupportedException e) {
            log.debug("{}: no timeout for a connection that hangs", database);
        } catch (SQLException e) {
            quietly(connection);
            throw e;
        }
        return connection;
    }

    /** The connection is kept if nothing goes wrong. */
    private Optional<User> find(Connection connection, Map<String, String> values) throws SQLException {
        boolean well = false;
        try {
            Optional<User> user = ask(connection, values);
            well = true;
            return user;
        } finally {
            if (well && !closed) {
                idle.add(connection);
            } else {
                quietly(connection);
            }
        }
    }

    private Optional<User> ask(Connection connection, Map<String, String> values) throws SQLException {
        Optional<String> password = Optional.empty();
        Map<String, String> hashes = new HashMap<>();
        try (PreparedStatement statement = prepared(connection, secretQuery, values);
                ResultSet found = statement.executeQuery()) {
            if (!found.next()) {
                return Optional.empty();
            }
            ResultSetMetaData columns = found.getMetaData();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                String value = found.getString(i);
                String label =
                        columns.getColumnLabel(i).toUpperCase(Locale.ROOT).replace('_', '-');
                if (value != null && label.equals("PASSWORD")) {
                    password = Optional.of(value);
                } else if (value != null) {
                    hashes.put(label, value);
                }
            }
        }
        return Optional.of(new User(password, hashes, roles(connection, values)));
    }

    private Set<String> roles(Connection connection, Map<String, String> values) throws SQLException {
        Set<String> roles = new HashSet<>();
        if (rolesQuery.isPresent()) {
            try (PreparedStatement statement = prepared(connection, rolesQuery.get(), values);
                    ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    String role = found.getString(1);
                    if (role != null) {
                        roles.add(role.strip());
                    }
                }
            }
        }
        return roles;
    }

    private PreparedStatement prepared(Connection connection, SqlQuery query, Map<String, String> values)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(query.sql());
        try {
            statement.setQueryTimeout((int) Math.max(1, database.timeout().toSeconds()));
            query.bind(statement, values);
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Connection each = idle.poll(); each != null; each = idle.poll()) {
            quietly(each);
        }
    }

    private static void quietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            log.debug("a connection was not closed: {}", e.toString());
        }
    }
}
