// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/** The key of a server, kept in a file that its owner alone can read, so that what it seals counts after a restart. */
final class Secret {
    private static final int LENGTH = 32;

    private Secret() {}

    /** What the file holds; a new one when there is none of the right length. */
    static byte[] read(Path file) throws IOException {
        if (Files.isRegularFile(file)) {
            byte[] kept = Files.readAllBytes(file);
            if (kept.length == LENGTH) {
                return kept;
            }
        }
        byte[] fresh = fresh();
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.deleteIfExists(file);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.write(file, fresh);
        return fresh;
    }

    /** The one that always belongs to a text. */
    static byte[] derived(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java runtime has it
        }
    }

    /** One that nothing outlives. */
    static byte[] fresh() {
        byte[] fresh = new byte[LENGTH];
        new SecureRandom().nextBytes(fresh);
        return fresh;
    }
}
