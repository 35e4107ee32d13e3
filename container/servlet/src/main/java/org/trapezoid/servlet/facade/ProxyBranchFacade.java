// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.Flow;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipURI;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.proxy.ProxyBranch;
import org.trapezoid.servlet.proxy.RecordRoute;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.header.HeaderName;

/** One branch of a proxy (JSR 289 §10.2.3). Safe for use by any thread: enters the core section of the session's strand. */
final class ProxyBranchFacade implements jakarta.servlet.sip.ProxyBranch {

    private final ProxyFacade proxy;
    private final ProxyBranch branch;
    private final AppRuntime runtime;
    private final SipSessionState session;
    private @Nullable SipRequest request;
    private @Nullable ClientConnection flow;

    ProxyBranchFacade(ProxyFacade proxy, ProxyBranch branch, AppRuntime runtime, SipSessionState session) {
        this.proxy = proxy;
        this.branch = branch;
        this.runtime = runtime;
        this.session = session;
    }

    ProxyBranch branch() {
        return branch;
    }

    private <T> T inCore(Supplier<T> action) {
        return session.strand().call(action);
    }

    private void change(Runnable action) {
        inCore(() -> {
            action.run();
            return true;
        });
    }

    private String describe() {
        return "branch to " + branch.target() + " (application " + runtime.application() + ")";
    }

    private void requireUnstarted(String what) {
        if (branch.isStarted()) {
            throw new IllegalStateException(what + " of the " + describe() + " cannot be changed: it has started");
        }
    }

    @Override
    public SipServletRequest getRequest() {
        return inCore(() -> {
            SipRequest facade = request;
            if (facade == null || (branch.isStarted() && !facade.isCommitted())) {
                facade = SipRequest.ofBranch(runtime, session, branch);
                request = facade;
            }
            return facade;
        });
    }

    /** Before the branches start: this one sends what the application made of its request. In the core section. */
    void handOver() {
        SipRequest edited = request;
        if (edited != null && !branch.isStarted()) {
            branch.request(edited.message());
            request = null;
        }
        if (flow != null && !branch.isStarted()) {
            branch.request(branch.request().toBuilder()
                    .addFirst(HeaderName.ROUTE, flow.route())
                    .build());
        }
    }

    @Override
    public void cancel() {
        cancel(List.of());
    }

    @Override
    public void cancel(String[] protocol, int[] reasonCode, String[] reasonText) {
        cancel(ProxyFacade.reasons(protocol, reasonCode, reasonText));
    }

    private void cancel(List<String> reasons) {
        change(() -> {
            if (branch.isEnded() && branch.recursed().isEmpty()) {
                throw new IllegalStateException("cannot cancel the " + describe() + ": it has ended");
            }
            branch.cancel(reasons);
        });
    }

    @Override
    public int getProxyBranchTimeout() {
        return (int) branch.settings().timeout().orElse(Duration.ZERO).toSeconds();
    }

    @Override
    public void setProxyBranchTimeout(int seconds) {
        if (seconds <= 0 || (proxy.getParallel() && seconds > proxy.getProxyTimeout())) {
            throw new IllegalArgumentException("the timeout of the " + describe()
                    + " must be from 1 to that of the proxy (" + proxy.getProxyTimeout() + " s), not " + seconds);
        }
        change(() -> branch.timeout(Duration.ofSeconds(seconds)));
    }

    @Override
    public boolean getRecurse() {
        return branch.settings().recurse();
    }

    @Override
    public void setRecurse(boolean recurse) {
        change(() -> branch.settings().recurse(recurse));
    }

    @Override
    public boolean getRecordRoute() {
        return branch.settings().recordRoute().isPresent();
    }

    @Override
    public void setRecordRoute(boolean rr) {
        change(() -> {
            requireUnstarted("record-routing");
            if (rr) {
                branch.settings().recordRoute(own());
            } else {
                branch.settings().withoutRecordRoute();
            }
        });
    }

    private RecordRoute own() {
        return runtime.recordRoute(session);
    }

    @Override
    public boolean getAddToPath() {
        return branch.settings().path().isPresent();
    }

    @Override
    public void setAddToPath(boolean add) {
        change(() -> {
            requireUnstarted("Path");
            if (add) {
                branch.settings().path(own());
            } else {
                branch.settings().withoutPath();
            }
        });
    }

    @Override
    public SipURI getRecordRouteURI() {
        return proxy.routeUri(branch.settings().recordRoute(), "record-routing", branch.settings()::recordRoute);
    }

    @Override
    public SipURI getPathURI() {
        return proxy.routeUri(branch.settings().path(), "adding to Path", branch.settings()::path);
    }

    @Override
    public void setOutboundInterface(InetSocketAddress address) {
        runtime.factory().requireInterface(Objects.requireNonNull(address, "address"));
    }

    @Override
    public void setOutboundInterface(InetAddress address) {
        runtime.factory().requireInterface(Objects.requireNonNull(address, "address"));
    }

    @Override
    public void setFlow(Flow newFlow) {
        ClientConnection connection = WatchedFlows.require(newFlow);
        change(() -> {
            requireUnstarted("the flow");
            overFlow(connection);
        });
    }

    void overFlow(ClientConnection connection) {
        flow = connection;
    }

    @Override
    public @Nullable Flow getFlow() {
        return inCore(() -> Optional.ofNullable(flow)).orElse(null);
    }

    @Override
    public @Nullable SipServletResponse getResponse() {
        return inCore(branch::response)
                .<SipServletResponse>map(response -> SipResponse.proxied(
                        proxy.request(), session, response, Optional.empty(), this, branch.isEnded()))
                .orElse(null);
    }

    @Override
    public boolean isStarted() {
        return inCore(branch::isStarted);
    }

    @Override
    public List<jakarta.servlet.sip.ProxyBranch> getRecursedProxyBranches() {
        return inCore(() -> {
            List<jakarta.servlet.sip.ProxyBranch> recursed = new ArrayList<>();
            for (ProxyBranch each : branch.recursed()) {
                recursed.add(proxy.facade(each));
            }
            return recursed;
        });
    }

    @Override
    public ProxyFacade getProxy() {
        return proxy;
    }
}
