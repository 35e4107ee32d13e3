// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.cli;

import org.trapezoid.server.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code trapezoid version}. */
@Command(name = "version", description = "Prints the versions of Trapezoid and of the Java runtime.")
final class VersionCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine()
                .getOut()
                .println("Trapezoid " + Version.current() + " (Java " + Runtime.version() + ", "
                        + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ")");
    }
}
