// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

public interface ProxyBranch {
    SipServletRequest getRequest();

    void cancel();

    void cancel(String[] protocol, int[] reasonCode, String[] reasonText);

    int getProxyBranchTimeout();

    void setProxyBranchTimeout(int seconds);

    boolean getRecurse();

    void setRecurse(boolean recurse);

    boolean getRecordRoute();

    void setRecordRoute(boolean rr);

    boolean getAddToPath();

    void setAddToPath(boolean p);

    SipURI getRecordRouteURI();

    SipURI getPathURI();

    void setOutboundInterface(InetSocketAddress address);

    void setFlow(Flow flow);

    Flow getFlow();

    void setOutboundInterface(InetAddress address);

    SipServletResponse getResponse();

    boolean isStarted();

    List<ProxyBranch> getRecursedProxyBranches();

    Proxy getProxy();

    interface Callback {
        void handle(ProxyBranch branch);
    }
}
