// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import org.trapezoid.servlet.proxy.ProxyBranch;
import org.trapezoid.servlet.proxy.ProxyCore;
import org.trapezoid.servlet.proxy.ProxyListener;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Shows a supervising application what its proxy receives, then lets it be forwarded. In the core section. */
final class ProxyEvents implements ProxyListener {

    private final ProxyFacade proxy;
    private final AppRuntime runtime;
    private final SipSessionState session;

    ProxyEvents(ProxyFacade proxy, AppRuntime runtime, SipSessionState session) {
        this.proxy = proxy;
        this.runtime = runtime;
        this.session = session;
    }

    private ProxyCore core() {
        return proxy.core().orElseThrow();
    }

    private SipResponse facade(ProxyBranch branch, SipSessionState member, Response response, boolean intermediate) {
        member.accessed(runtime.now());
        return SipResponse.proxied(
                proxy.request(), member, response, branch.source(), proxy.facade(branch), intermediate);
    }

    /** Calls the application, then forwards what it made of the response; answers whether it will be called. */
    private boolean superviseAndForward(ProxyBranch branch, SipResponse response) {
        Delivery delivery = new Delivery(runtime, response);
        return runtime.callback(session.appSession(), () -> {
            delivery.run();
            session.strand().run(() -> {
                response.committed();
                core().forward(branch, response.message());
            });
        });
    }

    @Override
    public boolean onProvisional(ProxyBranch branch, Response response) {
        SipSessionState member = proxy.follow(response);
        if (!proxy.getSupervised()) {
            return false;
        }
        return superviseAndForward(branch, facade(branch, member, response, false));
    }

    @Override
    public boolean onBranchFinal(ProxyBranch branch, Response response) {
        if (!proxy.getSupervised() || core().branches().size() < 2) {
            return false; // of a single branch the response is the best one, and comes as such
        }
        Delivery delivery = new Delivery(runtime, facade(branch, session, response, true));
        return runtime.callback(session.appSession(), () -> {
            delivery.run();
            session.strand().run(core()::callbackDone);
        });
    }

    @Override
    public boolean onFinal(ProxyBranch branch, Response response) {
        SipSessionState member = proxy.follow(response);
        if (!proxy.getSupervised()) {
            return false;
        }
        return superviseAndForward(branch, facade(branch, member, response, false));
    }

    @Override
    public void onCancel(Request cancel) {
        SipRequest notice = SipRequest.notice(
                runtime, session, cancel, proxy.request().incoming().orElseThrow());
        runtime.callback(session.appSession(), new Delivery(runtime, notice));
    }

    @Override
    public void onTimeout(ProxyBranch branch) {
        proxy.timeoutCallback().ifPresent(callback -> {
            ProxyBranchFacade facade = proxy.facade(branch);
            runtime.callback(session.appSession(), () -> runtime.application()
                    .notify(java.util.List.of(callback), session.callId(), each -> each.handle(facade)));
        });
    }

    @Override
    public ProxyListener.Late late() {
        return session.isRecordRouted() ? new LateForks(runtime, session) : ProxyListener.Late.NONE;
    }

    @Override
    public void onComplete() {
        proxy.completed();
        proxy.request().committed();
        Session.of(session, runtime).messages().answered(proxy.request());
        session.transactionEnded();
        runtime.settle(session.appSession());
    }
}
