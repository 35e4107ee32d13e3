// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.cli;

/** What the process tells its parent; part of the command line's contract (docs/configuration.md). */
final class ExitCode {
    static final int OK = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;
    static final int CONFIGURATION = 3;

    private ExitCode() {}
}
