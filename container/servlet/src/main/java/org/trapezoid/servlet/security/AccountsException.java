// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

/** It cannot be found out whether there is such a user. */
public final class AccountsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public AccountsException(String message) {
        super(message);
    }

    public AccountsException(String message, Throwable cause) {
        super(message, cause);
    }
}
