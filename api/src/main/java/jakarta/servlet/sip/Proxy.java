// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

public interface Proxy {
    SipServletRequest getOriginalRequest();

    void proxyTo(URI uri);

    void proxyTo(List<? extends URI> uris);

    void cancel();

    void cancel(String[] protocol, int[] reasonCode, String[] reasonText);

    boolean getRecurse();

    void setRecurse(boolean recurse);

    boolean getRecordRoute();

    void setRecordRoute(boolean rr);

    boolean getParallel();

    void setParallel(boolean parallel);

    @Deprecated
    boolean getStateful();

    @Deprecated
    void setStateful(boolean stateful);

    boolean getSupervised();

    void setSupervised(boolean supervised);

    int getProxyTimeout();

    @Deprecated
    int getSequentialSearchTimeout();

    void setProxyTimeout(int seconds);

    @Deprecated
    void setSequentialSearchTimeout(int seconds);

    SipURI getRecordRouteURI();

    List<ProxyBranch> createProxyBranches(List<? extends URI> targets);

    ProxyBranch getProxyBranch(URI uri);

    List<ProxyBranch> getProxyBranches();

    void startProxy();

    void startProxy(ProxyBranch.Callback timeoutCallback);

    void setOutboundInterface(InetSocketAddress address);

    void setOutboundInterface(InetAddress address);

    void setFlow(Flow flow);

    Flow getFlow();

    boolean getAddToPath();

    void setAddToPath(boolean p);

    SipURI getPathURI();

    void setNoCancel(boolean noCancel);

    boolean getNoCancel();
}
