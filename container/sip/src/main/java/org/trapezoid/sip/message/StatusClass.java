// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

/** What the first digit of a status code says, RFC 3261 §7.2. */
public enum StatusClass {
    PROVISIONAL,
    SUCCESS,
    REDIRECTION,
    CLIENT_ERROR,
    SERVER_ERROR,
    GLOBAL_FAILURE;

    public static StatusClass of(int status) {
        return switch (status / 100) {
            case 1 -> PROVISIONAL;
            case 2 -> SUCCESS;
            case 3 -> REDIRECTION;
            case 4 -> CLIENT_ERROR;
            case 5 -> SERVER_ERROR;
            case 6 -> GLOBAL_FAILURE;
            default -> throw new IllegalArgumentException("no status code: " + status);
        };
    }
}
