// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.lang.annotation.Annotation;
import java.util.Set;

public interface SipSessionsUtil {
    SipApplicationSession getApplicationSessionById(String applicationSessionId);

    SipApplicationSession getApplicationSessionByKey(String applicationSessionKey, boolean create);

    SipSession getCorrespondingSipSession(SipSession session, String headerName);

    Set<String> getSipApplicationSessionIds(String indexKey);

    Set<String> getSipApplicationSessionIds();

    SipApplicationSession getCurrentApplicationSession();

    <T> T getManagedBean(Class<T> type, Annotation... qualifiers);
}
