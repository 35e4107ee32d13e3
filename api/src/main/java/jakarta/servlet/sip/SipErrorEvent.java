// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventObject;

/**
 * Tells that an awaited ACK, PRACK or NOTIFY did not come. The event's source is the request.
 *
 * @see SipErrorListener
 */
public class SipErrorEvent extends EventObject {
    /** Whose transaction the event is about. */
    private final SipServletRequest request;

    /** What was not acknowledged, or null. */
    private final SipServletResponse response;

    /**
     * Makes an event.
     *
     * @param request the request whose transaction the event is about, not {@code null}
     * @param response the response that was not acknowledged, or {@code null} if the event is about a missing NOTIFY
     * @throws IllegalArgumentException if {@code request} is {@code null}
     */
    public SipErrorEvent(SipServletRequest request, SipServletResponse response) {
        super(request);
        this.request = request;
        this.response = response;
    }

    /** {@return the INVITE whose response was not acknowledged, or the SUBSCRIBE or REFER no NOTIFY came for} */
    public SipServletRequest getRequest() {
        return request;
    }

    /** {@return the response that was not acknowledged, or {@code null} if the event is about a missing NOTIFY} */
    public SipServletResponse getResponse() {
        return response;
    }
}
