// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing;

import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipApplicationSessionEvent;
import jakarta.servlet.sip.SipApplicationSessionListener;
import jakarta.servlet.sip.SipErrorEvent;
import jakarta.servlet.sip.SipErrorListener;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletContextEvent;
import jakarta.servlet.sip.SipServletListener;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSessionEvent;
import jakarta.servlet.sip.SipSessionListener;
import jakarta.servlet.sip.TimerListener;
import jakarta.servlet.sip.TimerService;
import jakarta.servlet.sip.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An application of a test: does what the test says for each method, and notes what it is told. When its class is deployed
 * as a listener too, it is its own listener.
 */
public class ScriptedServlet extends SipServlet
        implements SipErrorListener,
                TimerListener,
                SipSessionListener,
                SipApplicationSessionListener,
                SipServletListener {
    private static final long serialVersionUID = 1;

    /** What to do with a message or an event; it may throw anything. */
    @FunctionalInterface
    public interface Script<T> {
        void run(T message) throws Exception;
    }

    public final transient List<String> seen = new CopyOnWriteArrayList<>();
    public final transient List<String> events = new CopyOnWriteArrayList<>();
    public final transient List<SipServletRequest> requests = new CopyOnWriteArrayList<>();
    public final transient List<SipServletResponse> responses = new CopyOnWriteArrayList<>();
    private final transient List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final transient Map<String, Script<SipServletRequest>> onRequest = new ConcurrentHashMap<>();
    private transient Script<SipServletResponse> onResponse = response -> {};
    private transient Script<ServletTimer> onTimer = timer -> {};
    private transient Script<SipApplicationSessionEvent> onExpired = event -> {};
    private transient Script<SipErrorEvent> onError = event -> {};
    private transient Script<SipSessionEvent> onSessionEnd = event -> {};
    private transient Script<SipApplicationSessionEvent> onEnd = event -> {};

    /** For requests of the method, CANCEL and ACK too. */
    public ScriptedServlet on(String method, Script<SipServletRequest> script) {
        onRequest.put(method, script);
        return this;
    }

    public ScriptedServlet onResponse(Script<SipServletResponse> script) {
        onResponse = script;
        return this;
    }

    public ScriptedServlet onTimer(Script<ServletTimer> script) {
        onTimer = script;
        return this;
    }

    public ScriptedServlet onExpired(Script<SipApplicationSessionEvent> script) {
        onExpired = script;
        return this;
    }

    public ScriptedServlet onError(Script<SipErrorEvent> script) {
        onError = script;
        return this;
    }

    /** When a SIP session was destroyed. */
    public ScriptedServlet onSessionEnd(Script<SipSessionEvent> script) {
        onSessionEnd = script;
        return this;
    }

    /** When an application session was destroyed. */
    public ScriptedServlet onEnd(Script<SipApplicationSessionEvent> script) {
        onEnd = script;
        return this;
    }

    public SipFactory factory() {
        return (SipFactory) getServletContext().getAttribute(SIP_FACTORY);
    }

    public TimerService timers() {
        return (TimerService) getServletContext().getAttribute(TIMER_SERVICE);
    }

    public URI uri(String text) {
        try {
            return factory().createURI(text);
        } catch (jakarta.servlet.sip.ServletParseException e) {
            throw new AssertionError(e);
        }
    }

    public Address address(String text) {
        try {
            return factory().createAddress(text);
        } catch (jakarta.servlet.sip.ServletParseException e) {
            throw new AssertionError(e);
        }
    }

    /** A request to a peer in an application session of its own. */
    public SipServletRequest request(String method, Peer to) {
        SipServletRequest request = factory()
                .createRequest(factory().createApplicationSession(), method, uri("sip:app@a.test"), uri(to.contact()));
        return request;
    }

    @Override
    protected void doRequest(SipServletRequest req) {
        seen.add(req.getMethod());
        requests.add(req);
        Script<SipServletRequest> script = onRequest.get(req.getMethod());
        if (script != null) {
            run(script, req);
        }
    }

    @Override
    protected void doResponse(SipServletResponse resp) {
        seen.add(resp.getStatus() + " " + resp.getMethod());
        responses.add(resp);
        run(onResponse, resp);
    }

    private <T> void run(Script<T> script, T message) {
        try {
            script.run(message);
        } catch (RuntimeException | Error e) {
            failures.add(e);
            throw e;
        } catch (Exception e) {
            failures.add(e);
            throw new IllegalStateException(e);
        }
    }

    /** The container survives what a script throws; the test does not. */
    public void assertUnharmed() {
        if (!failures.isEmpty()) {
            throw new AssertionError("a script failed", failures.get(0));
        }
    }

    // ---- events

    @Override
    public void noAckReceived(SipErrorEvent ee) {
        events.add("noAck");
        run(onError, ee);
    }

    @Override
    public void noPrackReceived(SipErrorEvent ee) {
        events.add("noPrack");
        run(onError, ee);
    }

    @Override
    public void noNotifyReceived(SipErrorEvent ee) {
        events.add("noNotify");
        run(onError, ee);
    }

    @Override
    public void timeout(ServletTimer timer) {
        events.add("timer " + timer.getInfo());
        run(onTimer, timer);
    }

    @Override
    public void sessionCreated(SipSessionEvent se) {
        events.add("sip created");
    }

    @Override
    public void sessionDestroyed(SipSessionEvent se) {
        events.add("sip destroyed");
        run(onSessionEnd, se);
    }

    @Override
    public void sessionReadyToInvalidate(SipSessionEvent se) {
        events.add("sip ready");
    }

    @Override
    public void sessionCreated(SipApplicationSessionEvent ev) {
        events.add("app created");
    }

    @Override
    public void sessionDestroyed(SipApplicationSessionEvent ev) {
        events.add("app destroyed");
        run(onEnd, ev);
    }

    @Override
    public void sessionExpired(SipApplicationSessionEvent ev) {
        events.add("app expired");
        run(onExpired, ev);
    }

    @Override
    public void sessionReadyToInvalidate(SipApplicationSessionEvent ev) {
        events.add("app ready");
    }

    @Override
    public void servletInitialized(SipServletContextEvent ce) {
        events.add("initialized");
    }
}
