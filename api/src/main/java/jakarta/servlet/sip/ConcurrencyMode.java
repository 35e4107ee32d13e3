// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

/**
 * How callbacks for one application session may run at the same time (JSR 359).
 *
 * @see jakarta.servlet.sip.annotation.SipApplication#concurrencyMode()
 */
public enum ConcurrencyMode {
    /** The container decides, as before 2.0. */
    VENDORSPECIFIC,

    /** One at a time for each application session: messages, timers and managed tasks. */
    APPLICATIONSESSION
}
