// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.net.URL;
import java.util.Collection;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.Future;

public interface SipApplicationSession extends AttributeStore {
    long getCreationTime();

    long getLastAccessedTime();

    long getExpirationTime();

    String getId();

    String getApplicationName();

    int setExpires(int deltaMinutes);

    void invalidate();

    boolean isReadyToInvalidate();

    void setInvalidateWhenReady(boolean invalidateWhenReady);

    boolean getInvalidateWhenReady();

    Iterator<?> getSessions();

    Set<?> getSessionSet();

    Iterator<?> getSessions(String protocol);

    Set<?> getSessionSet(String protocol);

    SipSession getSipSession(String id);

    Object getSession(String id, Protocol protocol);

    @Deprecated
    void encodeURI(URI uri);

    @Deprecated
    Iterator<String> getAttributeNames();

    Collection<ServletTimer> getTimers();

    ServletTimer getTimer(String id);

    Set<Future> getTaskFutures();

    Future getTaskFuture(String identityName);

    boolean isValid();

    URL encodeURL(URL url);

    void addIndexKey(String indexKey);

    void removeIndexKey(String indexKey);

    Set<String> getIndexKeys();

    enum Protocol {
        SIP,

        HTTP
    }
}
