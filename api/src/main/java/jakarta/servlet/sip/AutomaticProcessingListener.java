// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;
import java.util.EventListener;

public interface AutomaticProcessingListener extends EventListener, Serializable {
    void outgoingRequest(SipServletRequest request);

    void outgoingResponse(SipServletResponse response);

    void incomingRequest(SipServletRequest request);

    void incomingResponse(SipServletResponse response);
}
