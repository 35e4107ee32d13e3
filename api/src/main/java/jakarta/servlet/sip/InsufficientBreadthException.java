// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

/**
 * Thrown when forking or sending a request would exceed its Max-Breadth (RFC 5393 §5.3; JSR 359). The container answers
 * 440 if an application lets it escape.
 *
 * @see SipServletRequest#getMaxBreadth()
 */
public class InsufficientBreadthException extends RuntimeException {

    /** Makes an exception without a message. */
    public InsufficientBreadthException() {}

    /**
     * Makes an exception.
     *
     * @param msg what is wrong; may be {@code null}
     */
    public InsufficientBreadthException(String msg) {
        super(msg);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what is wrong; may be {@code null}
     * @param cause what led to it; may be {@code null}
     */
    public InsufficientBreadthException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Makes an exception with a cause, whose text is the message.
     *
     * @param cause what led to it; may be {@code null}
     */
    public InsufficientBreadthException(Throwable cause) {
        super(cause);
    }
}
