// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.tls;

/** Whether a listener asks those who connect to it for a certificate. */
public enum ClientAuth {
    OFF,
    /** Asked for; who has none is served all the same, who has a bad one is not. */
    WANTED,
    /** Who has none is not served. */
    REQUIRED
}
