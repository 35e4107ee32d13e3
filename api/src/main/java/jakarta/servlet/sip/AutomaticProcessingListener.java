// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;
import java.util.EventListener;

/**
 * Sees the messages the container sends and takes by itself to end a dialog (JSR 359). They come to no servlet. The
 * listener is kept with the session, so it is serializable.
 *
 * <pre>{@code
 * session.terminateDialog(new ByeWithReason()); // adds a Reason in outgoingRequest
 * }</pre>
 *
 * @see SipSession#terminateDialog(AutomaticProcessingListener)
 */
public interface AutomaticProcessingListener extends EventListener, Serializable {
    /**
     * Is called before the container sends a request; the listener may change it.
     *
     * @param request the request, not yet sent
     */
    void outgoingRequest(SipServletRequest request);

    /**
     * Is called before the container sends a response; the listener may change it.
     *
     * @param response the response, not yet sent
     */
    void outgoingResponse(SipServletResponse response);

    /**
     * Tells of a request the container answers.
     *
     * @param request the request
     */
    void incomingRequest(SipServletRequest request);

    /**
     * Tells of a response to a request of the container.
     *
     * @param response the response
     */
    void incomingResponse(SipServletResponse response);
}
