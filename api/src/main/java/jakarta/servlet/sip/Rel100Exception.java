// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.ServletException;

/**
 * Thrown when a provisional response cannot be sent reliably, or a PRACK cannot be made for it (RFC 3262). The reasons
 * are checked in the order of their numbers.
 *
 * @see SipServletResponse#sendReliably()
 * @see SipServletResponse#createPrack()
 */
public class Rel100Exception extends ServletException {

    /** The response is a 100 or a final one. */
    public static final int NOT_1XX = 0;

    /** The response does not answer an INVITE. */
    public static final int NOT_INVITE = 1;

    /** The client put {@code 100rel} neither in Supported nor in Require. */
    public static final int NO_REQ_SUPPORT = 2;

    /** The container does not implement reliable provisional responses. */
    public static final int NOT_SUPPORTED = 3;

    /** The response was not sent reliably, so there is nothing to acknowledge by PRACK. */
    public static final int NOT_100rel = 4;

    /** One of the constants. */
    private final int reason;

    /**
     * Makes an exception.
     *
     * @param reason one of the constants of this class
     */
    public Rel100Exception(int reason) {
        this.reason = reason;
    }

    /** {@return the reason, one of the constants of this class} */
    public int getReason() {
        return reason;
    }

    /** {@return a description of the reason} */
    @Override
    public String getMessage() {
        return switch (reason) {
            case NOT_1XX -> "only a provisional response above 100 can be sent reliably";
            case NOT_INVITE -> "only a response to an INVITE can be sent reliably";
            case NO_REQ_SUPPORT -> "the client does not support 100rel";
            case NOT_SUPPORTED -> "the container does not support 100rel";
            case NOT_100rel -> "the provisional response was not sent reliably";
            default -> "no reliable provisional response, reason " + reason;
        };
    }
}
