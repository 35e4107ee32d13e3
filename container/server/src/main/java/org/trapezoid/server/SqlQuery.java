// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A query with {@code :name} in place of question marks. Two colons in a row, and what is in quotes, stay. An immutable value. */
record SqlQuery(String sql, List<String> parameters) {

    SqlQuery {
        parameters = List.copyOf(parameters);
    }

    static SqlQuery of(String text) {
        StringBuilder sql = new StringBuilder();
        List<String> parameters = new ArrayList<>();
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == ':' && i + 1 < text.length() && text.charAt(i + 1) == ':') {
                sql.append("::");
                i++;
                continue;
            } else if (c == ':') {
                int end = i + 1;
                while (end < text.length() && Character.isLetter(text.charAt(end))) {
                    end++;
                }
                parameters.add(parameter(text, text.substring(i + 1, end)));
                sql.append('?');
                i = end - 1;
                continue;
            }
            sql.append(c);
        }
        return new SqlQuery(sql.toString(), parameters);
    }

    private static String parameter(String query, String name) {
        if (!name.equals("name") && !name.equals("realm")) {
            throw new IllegalArgumentException(
                    "a query of user-database is \"" + query + "\", with :" + name + "; expected :name and :realm");
        }
        return name;
    }

    boolean names(String parameter) {
        return parameters.contains(parameter);
    }

    void bind(PreparedStatement statement, Map<String, String> values) throws SQLException {
        for (int i = 0; i < parameters.size(); i++) {
            statement.setString(i + 1, values.get(parameters.get(i)));
        }
    }
}
