// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.ServletException;

/**
 * Thrown when a request may not be sent on because its Max-Forwards is 0 (RFC 3261 §16.3).
 *
 * @see SipServletRequest#getProxy()
 * @see B2buaHelper#createRequest(SipServletRequest, boolean, java.util.Map)
 */
public class TooManyHopsException extends ServletException {

    /** Makes an exception without a message. */
    public TooManyHopsException() {}

    /**
     * Makes an exception.
     *
     * @param msg what is wrong; may be {@code null}
     */
    public TooManyHopsException(String msg) {
        super(msg);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what is wrong; may be {@code null}
     * @param cause what led to it; may be {@code null}
     */
    public TooManyHopsException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Makes an exception with a cause, whose text is the message.
     *
     * @param cause what led to it; may be {@code null}
     */
    public TooManyHopsException(Throwable cause) {
        super(cause);
    }
}
