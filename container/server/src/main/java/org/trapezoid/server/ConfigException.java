// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.nio.file.Path;
import java.util.List;

/** The configuration cannot be used; the message has one line per problem, each naming file and line where there are any. */
public final class ConfigException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    ConfigException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    ConfigException(String problem) {
        this(List.of(problem));
    }

    /** A problem at a place in a file, written as compilers do. */
    static String at(Path file, int line, String problem) {
        return line > 0 ? file + ":" + line + ": " + problem : file + ": " + problem;
    }

    /** Every problem found, in the order of the file. */
    public List<String> problems() {
        return problems;
    }
}
