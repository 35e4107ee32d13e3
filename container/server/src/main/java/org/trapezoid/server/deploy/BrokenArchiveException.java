// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.nio.file.Path;

/** An archive cannot be deployed; the message names the file and the cause. */
public final class BrokenArchiveException extends Exception {

    private static final long serialVersionUID = 1L;

    BrokenArchiveException(Path archive, Throwable cause) {
        super(archive + ": " + describe(cause), cause);
    }

    BrokenArchiveException(Path archive, String problem) {
        super(archive + ": " + problem);
    }

    /** The innermost message that says something; wrappers repeat it. */
    private static String describe(Throwable failure) {
        Throwable cause = failure;
        while (cause.getMessage() == null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        if (message == null) {
            return cause.getClass().getName();
        }
        return cause instanceof RuntimeException
                        || cause instanceof Error
                        || cause instanceof ReflectiveOperationException
                ? cause.getClass().getSimpleName() + ": " + message
                : message;
    }
}
