// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.proxy.ProxyBranch;
import org.trapezoid.servlet.proxy.ProxyCore;
import org.trapezoid.servlet.proxy.ProxyListener;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.EventAnswer;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Shows a supervising application the responses to a request in its record-routed call. In the core section. */
final class ProxiedEvents implements ProxyListener {

    private final AppRuntime runtime;
    private final SipSessionState session;
    private final SipRequest request;
    private final Optional<ProxyFacade> proxy;
    private @Nullable ProxyCore core;
    private boolean complete;

    ProxiedEvents(AppRuntime runtime, SipSessionState session, SipRequest request) {
        this.runtime = runtime;
        this.session = session;
        this.request = request;
        this.proxy = messages().first().flatMap(SipRequest::proxy);
    }

    void core(ProxyCore started) {
        core = started;
        if (!complete) {
            messages().passing(started);
        }
    }

    private SessionMessages messages() {
        return Session.of(session, runtime).messages();
    }

    private boolean show(ProxyBranch branch, Response response) {
        session.accessed(runtime.now());
        if (isLast() && ends(response.status())) {
            session.state(SessionState.TERMINATED);
        }
        if (proxy.isEmpty() || !proxy.get().getSupervised()) {
            return false;
        }
        SipResponse facade = SipResponse.inDialog(request, session, response, branch.source(), proxy.get());
        Delivery delivery = new Delivery(runtime, facade);
        return runtime.callback(session.appSession(), () -> {
            delivery.run();
            session.strand().run(() -> {
                facade.committed();
                Objects.requireNonNull(core).forward(branch, facade.message());
            });
        });
    }

    /** Of a call the BYE; of a subscription the NOTIFY that says so. */
    private boolean isLast() {
        Method method = request.message().method();
        if (method.equals(Method.NOTIFY)) {
            boolean subscription = messages()
                    .first()
                    .filter(first -> first.message().method().equals(Method.SUBSCRIBE))
                    .isPresent();
            return subscription && EventAnswer.isLast(request.message());
        }
        return method.equals(Method.BYE);
    }

    /** What is challenged or fails otherwise leaves call or subscription as it is (RFC 5057 §5.1). */
    private static boolean ends(int status) {
        return (status >= 200 && status < 300) || status == 481 || status == 408; // RFC 3261 §15.1.1
    }

    @Override
    public boolean onProvisional(ProxyBranch branch, Response response) {
        return show(branch, response);
    }

    @Override
    public boolean onFinal(ProxyBranch branch, Response response) {
        return show(branch, response);
    }

    @Override
    public void onCancel(Request cancel) {
        SipRequest notice =
                SipRequest.notice(runtime, session, cancel, request.incoming().orElseThrow());
        runtime.callback(session.appSession(), new Delivery(runtime, notice));
    }

    @Override
    public void onComplete() {
        complete = true;
        if (core != null) {
            messages().passed(core);
        }
        session.transactionEnded();
        runtime.settle(session.appSession());
    }
}
