// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Other addresses of subscribers, from a file with lines {@code alias = address-of-record}; {@code sip:} may be left out. Read
 * again when the file changes. Thread-safe; without a file there are none.
 */
public final class Aliases {
    private final WatchedFile<String> file;
    private final UnaryOperator<String> canonical;

    /**
     * @param canonical makes a URI an address-of-record; throws IllegalArgumentException if it is none of this server
     */
    public Aliases(Path file, InstantSource clock, UnaryOperator<String> canonical) {
        this.canonical = canonical;
        this.file = new WatchedFile<>(file, clock, (alias, target) -> Map.entry(address(alias), address(target)));
    }

    /** The address-of-record an alias stands for, or the same one. */
    public String resolve(String addressOfRecord) {
        return file.entries().getOrDefault(addressOfRecord, addressOfRecord);
    }

    private String address(String text) {
        return canonical.apply(text.startsWith("sip:") || text.startsWith("sips:") ? text : "sip:" + text);
    }
}
