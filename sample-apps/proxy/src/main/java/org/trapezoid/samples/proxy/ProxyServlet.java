// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.proxy;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.TimerService;
import jakarta.servlet.sip.URI;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.trapezoid.api.Binding;
import org.trapezoid.api.CallerPreferences;
import org.trapezoid.api.CallerPreferences.Directive;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.Flows;
import org.trapezoid.api.LocationService;
import org.trapezoid.samples.Callers;
import org.trapezoid.samples.Callers.Caller;
import org.trapezoid.samples.Domains;
import org.trapezoid.samples.Push;
import org.trapezoid.samples.Services;
import org.trapezoid.samples.Settings;
import org.trapezoid.samples.Subscribers;

/** Forwards requests to where the subscribers of our domains are registered, RFC 3261 §16. Thread-safe. */
@jakarta.servlet.sip.annotation.SipServlet(name = "proxy", loadOnStartup = 1)
@SuppressWarnings("NullAway.Init") // init() is the constructor of a servlet
public final class ProxyServlet extends SipServlet {
    private static final long serialVersionUID = 1L;

    private static final String ALLOW =
            "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, SUBSCRIBE, NOTIFY, REFER, PUBLISH";
    /** Request attribute: the groups of bindings that were not tried yet. */
    private static final String NEXT_GROUPS = "next-groups";
    /** Session attribute: the caller gave up. */
    private static final String CANCELLED = "cancelled";

    private transient LocationService locations;
    private transient DigestAuthentication digest;
    private transient SipFactory factory;
    private transient Domains domains;
    private transient Subscribers subscribers;
    private transient Callers callers;
    private transient Sleepers sleepers;
    private Fork fork;
    private Relay relay;
    private boolean recordRoute;
    private int ringSeconds;

    @Override
    public void init() throws ServletException {
        Settings settings = new Settings(getServletContext());
        locations = Services.find(getServletContext(), LocationService.ATTRIBUTE, LocationService.class);
        digest = Services.find(getServletContext(), DigestAuthentication.ATTRIBUTE, DigestAuthentication.class);
        factory = Services.find(getServletContext(), SIP_FACTORY, SipFactory.class);
        domains = Domains.of(getServletContext());
        subscribers = new Subscribers(getServletContext(), domains, locations);
        callers = new Callers(digest, subscribers);
        fork = settings.choice("fork", Fork.class);
        relay = settings.choice("relay", Relay.class);
        recordRoute = settings.flag("record-route", true);
        ringSeconds = settings.number("ring-seconds", 0);
        sleepers = new Sleepers(
                Push.of(getServletContext()),
                factory,
                Services.find(getServletContext(), TIMER_SERVICE, TimerService.class),
                settings.number("push-wait-seconds", 10));
        locations.addListener(sleepers);
    }

    @Override
    public void destroy() {
        locations.removeListener(sleepers);
    }

    /** Every method is treated alike. Requests inside a dialog and CANCEL are forwarded by the container. */
    @Override
    protected void doRequest(SipServletRequest req) throws ServletException, IOException {
        if (req.getMethod().equals("CANCEL")) {
            doCancel(req);
        } else if (req.isInitial() && !req.getMethod().equals("ACK")) {
            proxy(req);
        }
    }

    private void proxy(SipServletRequest req) throws ServletException, IOException {
        if (isForTheServer(req)) {
            answerForTheServer(req);
            return;
        }
        if (Boolean.TRUE.equals(req.getAttribute(Flows.ONWARD))) {
            Proxy proxy = req.getProxy(); // the registrar sends it to a client that registered through us
            proxy.setRecordRoute(recordRoute);
            proxy.setSupervised(false);
            proxy.proxyTo(req.getRequestURI());
            return;
        }
        Caller caller = callers.identify(req);
        if (caller == Caller.REFUSED) {
            return;
        }
        Optional<String> addressOfRecord = subscribers.of(req.getRequestURI());
        if (addressOfRecord.isPresent()) {
            forward(req, addressOfRecord.get());
        } else if (mayRelay(caller)) {
            Proxy proxy = req.getProxy();
            proxy.setRecordRoute(recordRoute);
            proxy.setAddToPath(req.getMethod().equals("REGISTER"));
            proxy.setSupervised(false);
            proxy.proxyTo(req.getRequestURI()); // RFC 3261 §16.5: the only target
        } else {
            req.createResponse(SipServletResponse.SC_FORBIDDEN, "Relaying Denied")
                    .send();
        }
    }

    private boolean isForTheServer(SipServletRequest req) {
        return req.getRequestURI() instanceof SipURI uri
                && uri.getUser() == null
                && domains.of(uri).isPresent();
    }

    /** RFC 3261 §11: OPTIONS without a user asks the server itself. */
    private void answerForTheServer(SipServletRequest req) throws IOException {
        if (!req.getMethod().equals("OPTIONS")) {
            req.createResponse(SipServletResponse.SC_NOT_FOUND).send();
            return;
        }
        SipServletResponse ok = req.createResponse(SipServletResponse.SC_OK);
        ok.setHeader("Allow", ALLOW);
        ok.setHeader("Accept", "*/*"); // bodies are passed on
        ok.setHeader("Accept-Encoding", "identity");
        ok.setHeader("Accept-Language", "en");
        ok.setHeader("Supported", "path, outbound, gruu");
        ok.send();
    }

    private boolean mayRelay(Caller caller) {
        return switch (relay) {
            case NOBODY -> false;
            case USERS -> caller == Caller.PROVEN;
            case EVERYBODY -> true;
        };
    }

    private void forward(SipServletRequest req, String addressOfRecord) throws IOException, ServletException {
        Optional<List<Binding>> instance =
                locations.instance(req.getRequestURI().toString());
        List<Binding> registered = instance.orElseGet(() -> locations.lookup(addressOfRecord));
        List<Binding> reachable = reachable(registered, req.getRequestURI());
        if (reachable.isEmpty() && !registered.isEmpty()) {
            SipServletResponse unavailable = req.createResponse(SipServletResponse.SC_TEMPORARLY_UNAVAILABLE);
            unavailable.setHeader("Warning", "380 " + Subscribers.domain(addressOfRecord) + " \"SIPS Not Allowed\"");
            unavailable.send(); // RFC 5630 §5.3
            return;
        }
        if (!sleepers.wake(
                req.getApplicationSession(), addressOfRecord, reachable, awake -> goOn(req, addressOfRecord, awake))) {
            forward(req, addressOfRecord, reachable);
        }
    }

    /** Whoever was to be woken is awake, or does not wake up. */
    private void goOn(SipServletRequest req, String addressOfRecord, List<Binding> awake) {
        if (req.getSession().getAttribute(CANCELLED) != null) {
            return;
        }
        try {
            if (awake.isEmpty()) {
                req.createResponse(SipServletResponse.SC_TEMPORARLY_UNAVAILABLE).send();
            } else {
                forward(req, addressOfRecord, awake);
            }
        } catch (IOException | ServletException e) {
            log("cannot forward " + req.getMethod() + " to " + addressOfRecord, e);
        }
    }

    private void forward(SipServletRequest req, String addressOfRecord, List<Binding> reachable)
            throws IOException, ServletException {
        CallerPreferences wishes = CallerPreferences.of(req);
        List<Binding> bindings = wishes.targets(reachable);
        if (bindings.isEmpty()) {
            boolean known = !reachable.isEmpty()
                    || isPublicGruu(req.getRequestURI())
                    || digest.isUser(Subscribers.user(addressOfRecord), Subscribers.domain(addressOfRecord));
            req.createResponse(known ? SipServletResponse.SC_TEMPORARLY_UNAVAILABLE : SipServletResponse.SC_NOT_FOUND)
                    .send();
            return;
        }
        if (wishes.asks(Directive.REDIRECT)) {
            redirect(req, bindings);
            return;
        }
        List<List<Binding>> groups = groups(bindings, wishes);
        Proxy proxy = req.getProxy();
        proxy.setRecordRoute(recordRoute);
        proxy.setParallel(true); // inside a group
        proxy.setSupervised(groups.size() > 1);
        if (wishes.asks(Directive.NO_CANCEL)) {
            proxy.setNoCancel(true);
        }
        if (wishes.asks(Directive.NO_RECURSE)) {
            proxy.setRecurse(false);
        }
        if (ringSeconds > 0) {
            proxy.setProxyTimeout(ringSeconds);
        }
        if (groups.size() > 1) {
            req.setAttribute(NEXT_GROUPS, new ArrayList<>(groups.subList(1, groups.size())));
        }
        start(proxy, groups.get(0));
    }

    /** RFC 5627 §5.4: such a URI stays one of its instance, registered or not. */
    private static boolean isPublicGruu(URI uri) {
        String instance = uri instanceof SipURI sip ? sip.getParameter("gr") : null;
        return instance != null && !instance.isEmpty();
    }

    private List<List<Binding>> groups(List<Binding> bindings, CallerPreferences wishes) {
        return wishes.asks(Directive.NO_FORK)
                ? List.of(bindings.subList(0, 1))
                : fork.wanted(wishes).groups(bindings, wishes);
    }

    /** The caller tries the contacts itself (RFC 3841 §9.1). */
    private void redirect(SipServletRequest req, List<Binding> bindings) throws IOException, ServletException {
        SipServletResponse moved = req.createResponse(SipServletResponse.SC_MOVED_TEMPORARILY);
        for (Binding binding : bindings) {
            Address contact = factory.createAddress(factory.createURI(binding.contact()));
            contact.setQ(binding.q());
            moved.addAddressHeader("Contact", contact, false);
        }
        moved.send();
    }

    /** Those whose contact may be used: a call to a sips URI goes to sips contacts only (RFC 3261 §16.7 (4), RFC 5630 §5.3). */
    private static List<Binding> reachable(List<Binding> bindings, URI requestUri) {
        boolean secure = "sips".equalsIgnoreCase(requestUri.getScheme());
        List<Binding> reachable = new ArrayList<>(bindings.size());
        for (Binding binding : bindings) {
            boolean sips = binding.contact().regionMatches(true, 0, "sips:", 0, 5);
            if (sips || (!secure && binding.contact().regionMatches(true, 0, "sip:", 0, 4))) {
                reachable.add(binding);
            }
        }
        return reachable;
    }

    private void start(Proxy proxy, List<Binding> group) throws ServletParseException {
        List<URI> targets = new ArrayList<>(group.size());
        for (String target : locations.targets(group)) { // by Path (RFC 3327 §5.3) or flow (RFC 5626 §7)
            targets.add(factory.createURI(target));
        }
        proxy.proxyTo(targets);
    }

    /** The best answer of a group: nobody there took it, so the next group is tried. */
    @Override
    protected void doErrorResponse(SipServletResponse resp) throws ServletException, IOException {
        tryNextGroup(resp);
    }

    @Override
    protected void doRedirectResponse(SipServletResponse resp) throws ServletException, IOException {
        tryNextGroup(resp);
    }

    private void tryNextGroup(SipServletResponse resp) throws ServletException {
        Proxy proxy = resp.getProxy();
        if (proxy == null || !resp.getRequest().isInitial() || resp.getStatus() >= 600) {
            return; // RFC 3261 §16.7 (5): a 6xx is for all of them
        }
        SipServletRequest original = proxy.getOriginalRequest();
        if (original.getSession().getAttribute(CANCELLED) == null
                && original.getAttribute(NEXT_GROUPS) instanceof List<?> groups
                && !groups.isEmpty()) {
            List<Binding> group = new ArrayList<>();
            for (Object binding : (List<?>) groups.get(0)) {
                group.add((Binding) binding);
            }
            original.setAttribute(NEXT_GROUPS, new ArrayList<>(groups.subList(1, groups.size())));
            start(proxy, group);
        }
    }

    /** The caller gave up: no further group is tried. */
    @Override
    protected void doCancel(SipServletRequest cancel) throws ServletException, IOException {
        cancel.getSession().setAttribute(CANCELLED, true);
    }
}
