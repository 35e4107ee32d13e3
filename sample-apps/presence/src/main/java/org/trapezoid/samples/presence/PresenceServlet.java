// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.presence;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutors;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.SipSessionEvent;
import jakarta.servlet.sip.SipSessionListener;
import jakarta.servlet.sip.SipSessionsUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.LocationService;
import org.trapezoid.api.SessionTasks;
import org.trapezoid.samples.Callers;
import org.trapezoid.samples.Domains;
import org.trapezoid.samples.Events;
import org.trapezoid.samples.Services;
import org.trapezoid.samples.Settings;
import org.trapezoid.samples.Subscribers;
import org.trapezoid.samples.WatcherDocument;

/**
 * Takes what devices publish (RFC 3903), tells watchers (RFC 3856), tells the watched one who they are (RFC 3857), and tells nobody
 * what he knows already (RFC 5839). A NOTIFY is sent by a task of the watcher's session, whoever caused it. Thread-safe.
 */
@SuppressWarnings("NullAway.Init") // init() is the constructor of a servlet
public final class PresenceServlet extends SipServlet implements SipSessionListener {
    private static final long serialVersionUID = 1L;
    private static final Logger log = LoggerFactory.getLogger(PresenceServlet.class);

    private static final String WINFO = "presence.winfo";

    /** RFC 5839 §7.1. */
    private static final int NO_NOTIFICATION = 204;

    private static final int DEFAULT_SECONDS = 3600;
    private static final int LARGEST_BODY = 32_768;
    private static final int MOST_PRESENTITIES = 100_000;

    private final transient InstantSource time;
    private final transient Map<String, Presentity> presentities = new ConcurrentHashMap<>();
    /** Whose state the subscriptions of a SIP session are about, by its id. */
    private final transient Map<String, String> watched = new ConcurrentHashMap<>();

    @Resource
    private transient ManagedScheduledExecutorService executor;

    @Resource
    private transient SipSessionsUtil sessions;

    private transient Subscribers subscribers;
    private transient Callers callers;
    private long quietMillis;

    public PresenceServlet() {
        this(InstantSource.system());
    }

    PresenceServlet(InstantSource time) {
        this.time = time;
    }

    @Override
    public void init() throws ServletException {
        LocationService locations =
                Services.find(getServletContext(), LocationService.ATTRIBUTE, LocationService.class);
        subscribers = new Subscribers(getServletContext(), Domains.of(getServletContext()), locations);
        callers = new Callers(
                Services.find(getServletContext(), DigestAuthentication.ATTRIBUTE, DigestAuthentication.class),
                subscribers);
        quietMillis = 1000L * new Settings(getServletContext()).number("notify-seconds", 5);
    }

    // ---- PUBLISH

    @Override
    protected void doPublish(SipServletRequest req) throws ServletException, IOException {
        Optional<String> presentity = subscribers.of(req.getRequestURI());
        if (presentity.isEmpty()) {
            req.createResponse(SipServletResponse.SC_NOT_FOUND).send();
            return;
        }
        if (!"presence".equals(Events.packageOf(req))) { // nobody publishes who watches him
            req.createResponse(SipServletResponse.SC_BAD_EVENT).send();
            return;
        }
        Optional<String> sender = sender(req);
        if (sender.isEmpty()) {
            return;
        }
        if (!sender.equals(presentity)) {
            req.createResponse(SipServletResponse.SC_FORBIDDEN).send();
            return;
        }
        publish(req, presentity.get());
    }

    private void publish(SipServletRequest req, String who) throws IOException {
        String former = req.getHeader("SIP-If-Match");
        Optional<org.w3c.dom.Document> before = former == null
                ? Optional.empty()
                : Optional.ofNullable(presentities.get(who)).flatMap(known -> known.published(former));
        if (former != null && before.isEmpty()) {
            req.createResponse(SipServletResponse.SC_CONDITIONAL_REQUEST_FAILED).send(); // RFC 3903 §6 step 3
            return;
        }
        int seconds = seconds(req);
        Optional<org.w3c.dom.Document> document = req.getContentLength() > 0 ? body(req) : before;
        if (document.isEmpty()) {
            if (!req.isCommitted()) {
                req.createResponse(SipServletResponse.SC_BAD_REQUEST).send();
            }
            return;
        }
        String tag = UUID.randomUUID().toString(); // a new one each time, RFC 3903 §6 step 5
        boolean kept = changed(who, presentity -> {
            if (former != null) {
                presentity.remove(former);
            }
            return seconds == 0 || presentity.publish(tag, document.get(), expire(who, tag, seconds));
        });
        if (!kept) {
            req.createResponse(SipServletResponse.SC_SERVICE_UNAVAILABLE).send();
            return;
        }
        SipServletResponse ok = req.createResponse(SipServletResponse.SC_OK);
        ok.setHeader("SIP-ETag", tag);
        ok.setExpires(seconds);
        ok.send();
        tell(who, false);
    }

    /** The document in a request; when it is none, the answer was sent. */
    private static Optional<org.w3c.dom.Document> body(SipServletRequest req) throws IOException {
        String type = req.getContentType();
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith(Pidf.TYPE)) {
            SipServletResponse refusal = req.createResponse(SipServletResponse.SC_UNSUPPORTED_MEDIA_TYPE);
            refusal.setHeader("Accept", Pidf.TYPE);
            refusal.send();
            return Optional.empty();
        }
        if (req.getContentLength() > LARGEST_BODY) {
            req.createResponse(SipServletResponse.SC_REQUEST_ENTITY_TOO_LARGE).send();
            return Optional.empty();
        }
        try {
            return Optional.of(Pidf.parse(req.getRawContent()));
        } catch (IllegalArgumentException e) {
            req.createResponse(SipServletResponse.SC_BAD_REQUEST, "Not A Presence Document")
                    .send();
            return Optional.empty();
        }
    }

    private Future<?> expire(String who, String tag, int seconds) {
        Runnable end = () -> {
            if (changed(who, presentity -> presentity.remove(tag))) {
                tell(who, false);
            }
        };
        return executor.schedule(in(SessionTasks.NO_SESSION, end), seconds, TimeUnit.SECONDS);
    }

    // ---- SUBSCRIBE

    @Override
    protected void doSubscribe(SipServletRequest req) throws ServletException, IOException {
        Optional<String> presentity = subscribers
                .of(req.getRequestURI())
                .or(() -> Optional.ofNullable(watched.get(req.getSession().getId()))); // a refresh
        if (presentity.isEmpty()) {
            req.createResponse(SipServletResponse.SC_NOT_FOUND).send();
            return;
        }
        boolean winfo = WINFO.equals(Events.packageOf(req));
        Optional<String> sender = sender(req);
        if (sender.isEmpty()) {
            return;
        }
        if (winfo && !sender.equals(presentity)) { // RFC 3857 §4.6
            req.createResponse(SipServletResponse.SC_FORBIDDEN).send();
            return;
        }
        if (!Events.accepts(req, winfo ? WatcherDocument.TYPE : Pidf.TYPE)) {
            req.createResponse(SipServletResponse.SC_NOT_ACCEPTABLE).send();
            return;
        }
        subscribe(req, presentity.get(), sender.get(), winfo);
    }

    private void subscribe(SipServletRequest req, String who, String watcher, boolean winfo) throws IOException {
        SipSession session = req.getSession();
        String event = req.getHeader("Event");
        String key = session.getId() + ' ' + event;
        Optional<Watch> known = Optional.ofNullable(presentities.get(who)).flatMap(each -> each.watch(key));
        Watch watch = known.orElseGet(() -> new Watch(session, event, who, watcher, winfo, time.instant()));
        if (known.isEmpty() && !changed(who, each -> each.add(key, watch))) {
            req.createResponse(SipServletResponse.SC_SERVICE_UNAVAILABLE).send();
            return;
        }
        Presentity presentity = presentities.getOrDefault(who, new Presentity(who));
        int seconds = seconds(req);
        watched.put(session.getId(), who);
        session.getApplicationSession().setExpires(0); // the subscription ends it
        watch.end = time.instant().plusSeconds(seconds);
        boolean suppressed = seconds > 0 && !winfo && isKnown(req, presentity.presence());
        SipServletResponse answer = req.createResponse(suppressed ? NO_NOTIFICATION : SipServletResponse.SC_OK);
        answer.setExpires(seconds);
        answer.send();
        if (suppressed) {
            watch.tag = presentity.presence().tag();
        } else {
            send(watch, presentity, session);
        }
        if (seconds == 0) {
            changed(who, each -> each.forget(watch));
        }
        if (!winfo && (known.isEmpty() || seconds == 0)) {
            tell(who, true);
        }
    }

    /** The watcher has what it would be sent, RFC 5839 §5. */
    private static boolean isKnown(SipServletRequest subscribe, Document document) {
        String condition = subscribe.getHeader("Suppress-If-Match");
        return condition != null && (condition.equals("*") || condition.equals(document.tag()));
    }

    // ---- NOTIFY

    /** Something has changed: each watch is told by a task of its own session. */
    private void tell(String who, boolean winfo) {
        Presentity presentity = presentities.get(who);
        if (presentity == null) {
            return;
        }
        for (Watch watch : presentity.watches(winfo)) {
            try {
                executor.execute(in(watch.applicationSessionId, () -> news(watch)));
            } catch (RejectedExecutionException e) { // it has just ended
                presentity.forget(watch);
            }
        }
    }

    private static Runnable in(String session, Runnable task) {
        return ManagedExecutors.managedTask(task, Map.of(SessionTasks.SESSION_ID, session), null);
    }

    /** In the queue of the watch's session. */
    private void news(Watch watch) {
        if (watch.isQuiet) {
            watch.hasNews = true;
            return;
        }
        Presentity presentity = presentities.get(watch.presentity);
        SipApplicationSession call = sessions.getApplicationSessionById(watch.applicationSessionId);
        SipSession session = call == null ? null : call.getSipSession(watch.sessionId);
        if (presentity == null || session == null || !session.isValid()) {
            return;
        }
        if (!watch.isWinfo && presentity.presence().tag().equals(watch.tag)) {
            return; // it is as it was
        }
        try {
            send(watch, presentity, session);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalStateException e) {
            log.debug("the subscription of {} is over", watch.watcher, e);
        }
    }

    private void send(Watch watch, Presentity presentity, SipSession session) throws IOException {
        Instant now = time.instant();
        long left = Math.max(0, Duration.between(now, watch.end).toSeconds());
        SipServletRequest notify = session.createRequest("NOTIFY");
        notify.setHeader("Event", watch.event);
        notify.setHeader("Subscription-State", left == 0 ? "terminated;reason=timeout" : "active;expires=" + left);
        String tag = "";
        if (watch.isWinfo) {
            notify.setContent(presentity.watcherInfo(watch.version, now), WatcherDocument.TYPE);
        } else {
            Document document = presentity.presence();
            tag = document.tag();
            notify.setHeader("SIP-ETag", tag);
            notify.setContent(document.text().getBytes(StandardCharsets.UTF_8), Pidf.TYPE);
        }
        notify.send();
        watch.version++;
        watch.tag = tag;
        watch.hasNews = false;
        if (left > 0 && quietMillis > 0 && !watch.isQuiet) {
            watch.isQuiet = true;
            var unused = executor.schedule(
                    in(watch.applicationSessionId, () -> speakAgain(watch)), quietMillis, TimeUnit.MILLISECONDS);
        }
    }

    private void speakAgain(Watch watch) {
        watch.isQuiet = false;
        if (watch.hasNews) {
            watch.hasNews = false;
            news(watch);
        }
    }

    @Override
    public void sessionDestroyed(SipSessionEvent event) {
        String id = event.getSession().getId();
        String who = watched.remove(id); // its attributes are gone
        if (who != null && changed(who, presentity -> presentity.forget(id))) {
            tell(who, true);
        }
    }

    @Override
    public void sessionCreated(SipSessionEvent event) {}

    @Override
    public void sessionReadyToInvalidate(SipSessionEvent event) {}

    // ---- who and what

    /** Changes what is known of somebody; what the change says, or false when there are too many. Nobody is kept for nothing. */
    private boolean changed(String who, Predicate<Presentity> change) {
        AtomicBoolean changed = new AtomicBoolean();
        presentities.compute(who, (name, known) -> {
            if (known == null && presentities.size() >= MOST_PRESENTITIES) {
                return null;
            }
            Presentity presentity = known == null ? new Presentity(who) : known;
            changed.set(change.test(presentity));
            return presentity.isEmpty() ? null : presentity;
        });
        return changed.get();
    }

    /** Who sends it, proven as soon as there are users; when that fails, the answer was sent. */
    private Optional<String> sender(SipServletRequest req) throws IOException {
        Optional<String> claimed = subscribers.claimedBy(req.getFrom().getURI());
        if (claimed.isEmpty()) {
            req.createResponse(SipServletResponse.SC_FORBIDDEN).send();
            return claimed;
        }
        return callers.identifySender(req) == Callers.Caller.REFUSED ? Optional.empty() : claimed;
    }

    /** For how long; too short ones were refused by the container. */
    private static int seconds(SipServletRequest req) {
        int asked = req.getExpires();
        return asked < 0 ? DEFAULT_SECONDS : Math.min(asked, DEFAULT_SECONDS);
    }
}
