// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

/** An archive breaks a rule of deployment. The message names the file and line or the class, what is there and what is expected. */
public final class DeploymentException extends Exception {
    private static final long serialVersionUID = 1L;

    DeploymentException(String where, String rule) {
        super(where + ": " + rule);
    }

    DeploymentException(String where, String rule, Throwable cause) {
        super(where + ": " + rule, cause);
    }
}
