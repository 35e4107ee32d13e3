// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Keeps what programs of other makes were seen to do with this server, for {@link InteropTable}. Thread-safe. */
final class Interop {

    /** Of all test classes of a run, a line each; {@link InteropTable} takes it away. */
    static final Path RECORD = Path.of("target", "interop.tsv");

    private Interop() {}

    /** Notes that a behaviour was seen and checked, such as {@code baresip}, {@code 1.0.0}, {@code TLS}, {@code is busy}. */
    static synchronized void record(String client, String version, String transport, String behaviour) {
        try {
            Files.createDirectories(RECORD.toAbsolutePath().getParent());
            Files.writeString(
                    RECORD,
                    String.join("\t", List.of(client, version, transport, behaviour)) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
