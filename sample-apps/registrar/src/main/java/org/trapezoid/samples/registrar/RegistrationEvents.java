// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSessionEvent;
import jakarta.servlet.sip.SipSessionListener;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.TimerListener;
import jakarta.servlet.sip.TimerService;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.Binding;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.LocationService;
import org.trapezoid.samples.Callers;
import org.trapezoid.samples.Domains;
import org.trapezoid.samples.Events;
import org.trapezoid.samples.Services;
import org.trapezoid.samples.Settings;
import org.trapezoid.samples.Subscribers;
import org.trapezoid.samples.WatcherDocument;

/**
 * Tells subscribers about registrations (event package reg, RFC 3680), and about each other (reg.winfo, RFC 3857). Subscriptions
 * live in this server alone: its end is not told to subscribers, they find out when they refresh. Thread-safe.
 */
@SuppressWarnings("NullAway.Init") // init() is the constructor of a servlet
public final class RegistrationEvents extends SipServlet implements TimerListener, SipSessionListener {
    private static final long serialVersionUID = 1L;
    private static final Logger log = LoggerFactory.getLogger(RegistrationEvents.class);

    private static final String ALLOW_EVENTS = EventPackage.REG.text() + ", " + EventPackage.WINFO.text();

    private transient LocationService locations;
    private transient Domains domains;
    private transient Subscribers subscribers;
    private transient Callers callers;
    private transient Access access;
    private transient TimerService timers;
    private transient Watchers<ContactChange> registrations;
    private transient Watchers<WatcherDocument.Entry> watchers;
    private final transient Map<EventPackage, Expiry> expiry = new EnumMap<>(EventPackage.class);
    private final transient LocationService.Listener changes = new Changes();
    private final transient InstantSource clock;

    public RegistrationEvents() {
        this(InstantSource.system());
    }

    RegistrationEvents(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void init() throws ServletException {
        Settings settings = new Settings(getServletContext());
        locations = Services.find(getServletContext(), LocationService.ATTRIBUTE, LocationService.class);
        timers = Services.find(getServletContext(), TIMER_SERVICE, TimerService.class);
        domains = Domains.of(getServletContext());
        subscribers = new Subscribers(getServletContext(), domains, locations);
        Set<String> everywhere = new HashSet<>();
        for (String user : settings.words("watchers")) {
            everywhere.add(locations.addressOfRecord(user.startsWith("sip:") ? user : "sip:" + user));
        }
        DigestAuthentication digest =
                Services.find(getServletContext(), DigestAuthentication.ATTRIBUTE, DigestAuthentication.class);
        access = new Access(digest, subscribers, everywhere);
        callers = new Callers(digest, subscribers);
        for (EventPackage kind : EventPackage.values()) {
            expiry.put(kind, Expiry.of(settings, kind));
        }
        int most = settings.number("max-watchers", 20);
        registrations = new Watchers<>(most);
        watchers = new Watchers<>(most);
        locations.addListener(changes);
    }

    @Override
    public void destroy() {
        locations.removeListener(changes);
    }

    /** RFC 6665 §4.2.1. */
    @Override
    protected void doSubscribe(SipServletRequest req) throws ServletException, IOException {
        Optional<EventPackage> kind = EventPackage.of(req);
        if (kind.isEmpty()) {
            SipServletResponse response = req.createResponse(SipServletResponse.SC_BAD_EVENT);
            response.setHeader("Allow-Events", ALLOW_EVENTS);
            response.send();
            return;
        }
        Optional<? extends Subscription<?>> known = known(req);
        if (!req.isInitial()
                && !known.filter(old -> old.isOf(req.getHeader("Event"))).isPresent()) {
            req.createResponse(SipServletResponse.SC_CALL_LEG_DONE).send(); // a dialog here has one subscription
            return;
        }
        Optional<String> addressOfRecord =
                known.isPresent() ? known.map(Subscription::addressOfRecord) : subscribers.of(req.getRequestURI());
        if (addressOfRecord.isEmpty()) {
            passOn(req);
            return;
        }
        if (!access.grant(req, Subscribers.domain(addressOfRecord.get()), addressOfRecord)) {
            return;
        }
        if (!Events.accepts(req, kind.get().type())) {
            SipServletResponse response = req.createResponse(SipServletResponse.SC_NOT_ACCEPTABLE);
            response.setHeader("Accept", kind.get().type());
            response.send();
            return;
        }
        Expiry limits = Objects.requireNonNull(expiry.get(kind.get()));
        int seconds;
        try {
            seconds = limits.grant(-1, req.getExpires());
        } catch (Expiry.TooBrief e) {
            SipServletResponse response = req.createResponse(SipServletResponse.SC_INTERVAL_TOO_BRIEF);
            response.setHeader("Min-Expires", Integer.toString(limits.min()));
            response.send();
            return;
        }
        if (known.isPresent()) {
            accept(req, known.get(), seconds);
        } else if (kind.get() == EventPackage.REG) {
            begin(req, registration(req, addressOfRecord.get()), registrations, seconds);
        } else {
            begin(req, winfo(req, addressOfRecord.get()), watchers, seconds);
        }
    }

    /**
     * What is registered in another domain, its registrar knows: the next application of this server sends the request there. If
     * there is none it goes out from here, so we pass on for our users alone.
     */
    private void passOn(SipServletRequest req) throws ServletException, IOException {
        boolean own =
                req.getRequestURI() instanceof SipURI uri && domains.of(uri).isPresent();
        switch (own ? Callers.Caller.UNPROVEN : callers.identify(req)) {
            case PROVEN -> {
                Proxy proxy = req.getProxy();
                proxy.setRecordRoute(false);
                proxy.setSupervised(false);
                proxy.proxyTo(req.getRequestURI());
            }
            case UNPROVEN -> req.createResponse(SipServletResponse.SC_NOT_FOUND).send();
            case REFUSED -> {} // it has its answer
        }
    }

    private Optional<? extends Subscription<?>> known(SipServletRequest subscribe) {
        if (subscribe.isInitial()) {
            return Optional.empty();
        }
        String session = subscribe.getSession().getId();
        Optional<Subscription<ContactChange>> registration = registrations.of(session);
        return registration.isPresent() ? registration : watchers.of(session);
    }

    private Subscription<ContactChange> registration(SipServletRequest subscribe, String addressOfRecord) {
        RegistrationDocument document = new RegistrationDocument(locations, addressOfRecord);
        return new Subscription<>(
                subscribe,
                EventPackage.REG,
                addressOfRecord,
                new Subscription.Content<>() {
                    @Override
                    public byte[] full(long version, Instant now) {
                        return document.full(version, now);
                    }

                    @Override
                    public byte[] partial(long version, List<ContactChange> told, Instant now) {
                        return document.partial(version, told, now);
                    }
                },
                timers,
                clock);
    }

    private Subscription<WatcherDocument.Entry> winfo(SipServletRequest subscribe, String addressOfRecord) {
        WatcherDocument document = new WatcherDocument(EventPackage.REG.text(), addressOfRecord);
        return new Subscription<>(
                subscribe,
                EventPackage.WINFO,
                addressOfRecord,
                new Subscription.Content<>() {
                    @Override
                    public byte[] full(long version, Instant now) {
                        List<WatcherDocument.Entry> all = new ArrayList<>();
                        registrations.watching(addressOfRecord).forEach(each -> all.add(each.entry(true)));
                        return document.write(version, true, all, now);
                    }

                    @Override
                    public byte[] partial(long version, List<WatcherDocument.Entry> told, Instant now) {
                        return document.write(version, false, told, now);
                    }
                },
                timers,
                clock);
    }

    private <C> void begin(SipServletRequest subscribe, Subscription<C> subscription, Watchers<C> table, int seconds)
            throws IOException {
        if (seconds > 0 && !table.add(subscription)) {
            subscribe
                    .createResponse(SipServletResponse.SC_FORBIDDEN, "Too Many Watchers")
                    .send();
            return;
        }
        accept(subscribe, subscription, seconds);
    }

    private void accept(SipServletRequest subscribe, Subscription<?> subscription, int seconds) throws IOException {
        subscribe.getApplicationSession().setExpires(seconds / 60 + 2); // minutes; it ends with its session before
        SipServletResponse ok = subscribe.createResponse(SipServletResponse.SC_OK);
        ok.setExpires(seconds);
        ok.send();
        subscription.granted(seconds);
        if (seconds == 0) {
            forget(subscription.sessionId());
        } else if (subscription.kind() == EventPackage.REG) {
            tellWatchers(subscription, true);
        }
    }

    private void forget(String session) {
        watchers.remove(session).ifPresent(Subscription::cancelEnd);
        registrations.remove(session).ifPresent(ended -> {
            ended.cancelEnd();
            tellWatchers(ended, false);
        });
    }

    private void tellWatchers(Subscription<?> subscription, boolean active) {
        List<Subscription<WatcherDocument.Entry>> told = watchers.watching(subscription.addressOfRecord());
        if (!told.isEmpty()) {
            WatcherDocument.Entry entry = subscription.entry(active);
            told.forEach(watcher -> watcher.changed(entry.id(), entry));
        }
    }

    @Override
    public void timeout(ServletTimer timer) {
        if (!(timer.getInfo() instanceof Subscription.Due due)) {
            return;
        }
        Optional<Subscription<ContactChange>> registration = registrations.of(due.session());
        Optional<? extends Subscription<?>> subscription =
                registration.isPresent() ? registration : watchers.of(due.session());
        if (subscription.isEmpty()) {
            return;
        }
        try {
            if (due.last()) {
                subscription.get().expired();
                forget(due.session());
            } else {
                subscription.get().tell();
            }
        } catch (IOException e) {
            log.debug("NOTIFY not sent", e);
        }
    }

    /** The subscription has ended, by its last NOTIFY or because the subscriber does not answer. */
    @Override
    public void sessionDestroyed(SipSessionEvent event) {
        forget(event.getSession().getId());
    }

    @Override
    public void sessionCreated(SipSessionEvent event) {}

    @Override
    public void sessionReadyToInvalidate(SipSessionEvent event) {}

    /** From the location service to who watches. */
    private final class Changes implements LocationService.Listener {
        @Override
        public void bound(Binding binding) {
            tell(ContactChange.present(binding));
        }

        @Override
        public void refreshed(Binding before, Binding now) {
            if (locations.sameContact(before.contact(), now.contact())) {
                tell(ContactChange.replaced(before, now));
            } else { // a flow that leads to another URI now: contacts with different URIs have different ids
                tell(new ContactChange(before, ContactChange.Event.UNREGISTERED));
                tell(ContactChange.present(now));
            }
        }

        @Override
        public void unbound(Binding binding) {
            boolean own = Unregistering.of(getServletContext()).isRunning(binding.addressOfRecord());
            tell(new ContactChange(binding, own ? ContactChange.Event.UNREGISTERED : ContactChange.Event.DEACTIVATED));
        }

        @Override
        public void expired(Binding binding) {
            tell(new ContactChange(binding, ContactChange.Event.EXPIRED));
        }

        private void tell(ContactChange change) {
            for (Subscription<ContactChange> each :
                    registrations.watching(change.binding().addressOfRecord())) {
                each.changed(change.id(), change);
            }
        }
    }
}
