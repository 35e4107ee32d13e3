// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.Set;

public interface ForkingContext extends AttributeStore {
    Set<SipSession> getSipSessions();

    void terminateDialogs(AutomaticProcessingListener listener, SipSession... exclude);

    boolean isValid();

    SipServletRequest createRequest(String method);
}
