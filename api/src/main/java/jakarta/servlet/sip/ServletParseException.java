// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.ServletException;

/**
 * Thrown when a URI, an address or a header field value is malformed.
 *
 * @see SipFactory#createURI(String)
 * @see SipServletMessage#getAddressHeader(String)
 */
public class ServletParseException extends ServletException {

    /** Makes an exception without a message. */
    public ServletParseException() {}

    /**
     * Makes an exception.
     *
     * @param msg what is wrong; may be {@code null}
     */
    public ServletParseException(String msg) {
        super(msg);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what is wrong; may be {@code null}
     * @param cause what led to it; may be {@code null}
     */
    public ServletParseException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Makes an exception with a cause, whose text is the message.
     *
     * @param cause what led to it; may be {@code null}
     */
    public ServletParseException(Throwable cause) {
        super(cause);
    }
}
