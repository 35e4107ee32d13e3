// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.UnaryOperator;

/** Context parameters the operator gives an application, in {@code <application>.properties}. Immutable. */
public final class ContextParameters {

    private final Optional<Path> directory;
    private final UnaryOperator<String> substitution;

    /** Parameters from the files of a directory; values pass through the substitution. */
    public ContextParameters(Optional<Path> directory, UnaryOperator<String> substitution) {
        this.directory = directory;
        this.substitution = substitution;
    }

    /** Those of one application; none without a file. */
    Map<String, String> of(String application) throws IOException {
        Path file = directory
                .map(at -> at.resolve(application + ".properties"))
                .filter(Files::isRegularFile)
                .orElse(null);
        if (file == null) {
            return Map.of();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> parameters = new HashMap<>();
        for (String name : properties.stringPropertyNames()) {
            try {
                parameters.put(name, substitution.apply(properties.getProperty(name)));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ": " + name + ": " + e.getMessage(), e);
            }
        }
        return parameters;
    }
}
