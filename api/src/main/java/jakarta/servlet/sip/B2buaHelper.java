// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.List;
import java.util.Map;

public interface B2buaHelper {
    SipSession getLinkedSession(SipSession session);

    SipServletRequest getLinkedSipServletRequest(SipServletRequest req);

    void linkSipSessions(SipSession session1, SipSession session2);

    void unlinkSipSessions(SipSession session);

    List<SipServletMessage> getPendingMessages(SipSession session, UAMode mode);

    SipServletResponse createResponseToOriginalRequest(SipSession session, int status, String reasonPhrase);

    SipServletRequest createRequest(SipServletRequest origRequest, boolean linked, Map<String, List<String>> headerMap)
            throws IllegalArgumentException, TooManyHopsException;

    SipServletRequest createRequest(SipServletRequest origRequest);

    SipServletRequest createRequest(
            SipSession session, SipServletRequest origRequest, Map<String, List<String>> headerMap)
            throws IllegalArgumentException;

    SipServletRequest createCancel(SipSession session);
}
