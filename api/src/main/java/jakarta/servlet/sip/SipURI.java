// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.Iterator;
import java.util.List;

public interface SipURI extends URI {
    String getUser();

    void setUser(String user);

    String getUserPassword();

    void setUserPassword(String password);

    String getHost();

    void setHost(String host);

    int getPort();

    void setPort(int port);

    boolean isSecure();

    void setSecure(boolean b);

    String getTransportParam();

    void setTransportParam(String transport);

    String getMAddrParam();

    void setMAddrParam(String maddr);

    String getMethodParam();

    void setMethodParam(String method);

    int getTTLParam();

    void setTTLParam(int ttl);

    String getUserParam();

    void setUserParam(String user);

    boolean getLrParam();

    void setLrParam(boolean flag);

    String getHeader(String name);

    void setHeader(String name, String value);

    void removeHeader(String name);

    Iterator<String> getHeaderNames();

    List<String> getHeaderNameList();

    @Override
    String toString();

    @Override
    boolean equals(Object o);
}
