// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.snapshot;

/** What was written down cannot be read here. */
public final class SnapshotException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SnapshotException(String message) {
        super(message);
    }

    public SnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}
