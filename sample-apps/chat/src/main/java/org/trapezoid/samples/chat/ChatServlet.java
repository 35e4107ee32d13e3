// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.chat;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedExecutors;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipApplicationSessionEvent;
import jakarta.servlet.sip.SipApplicationSessionListener;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSessionsUtil;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.URI;
import jakarta.servlet.sip.annotation.SipApplicationKey;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.LocationService;
import org.trapezoid.api.SessionTasks;
import org.trapezoid.samples.Callers;
import org.trapezoid.samples.Domains;
import org.trapezoid.samples.Services;
import org.trapezoid.samples.Settings;
import org.trapezoid.samples.Subscribers;

/** The SIP side: brings MESSAGE requests to guests and theirs to others (RFC 3428). Thread-safe. */
@SuppressWarnings("NullAway.Init") // init() is the constructor of a servlet
public final class ChatServlet extends SipServlet implements SipApplicationSessionListener, Guest.Post {
    private static final long serialVersionUID = 1L;
    private static final Logger log = LoggerFactory.getLogger(ChatServlet.class);

    /** Guests are at {@code chat.} and the domain, so none of them can be taken for a subscriber. */
    static final String HOST_PREFIX = "chat.";

    /** Application session attribute: the {@link Guest}. */
    static final String GUEST = "guest";

    private static final int LARGEST_INCOMING = 8192;

    /** With the header fields of a request and of its proxies it is below the 1300 bytes of RFC 3428 §8. */
    private static final int LARGEST_TEXT = 600;

    private static final int LONGEST_ADDRESS = 100;
    private static final int MOST_GUESTS = 10_000;

    /** SIP session attribute: to whom a message is. */
    private static final String TO = "to";

    private final transient InstantSource time;
    /** The sessions of known guests. */
    private final transient Set<String> guests = ConcurrentHashMap.newKeySet();

    @Resource
    private transient SipFactory factory;

    @Resource
    private transient SipSessionsUtil sessions;

    @Resource
    private transient ManagedExecutorService executor;

    private transient Domains domains;
    private transient Subscribers subscribers;
    private transient Callers callers;
    private boolean relay;
    private int minutesAway;

    public ChatServlet() {
        this(InstantSource.system());
    }

    ChatServlet(InstantSource time) {
        this.time = time;
    }

    @Override
    public void init() throws ServletException {
        Settings settings = new Settings(getServletContext());
        domains = Domains.of(getServletContext());
        subscribers = new Subscribers(
                getServletContext(),
                domains,
                Services.find(getServletContext(), LocationService.ATTRIBUTE, LocationService.class));
        callers = new Callers(
                Services.find(getServletContext(), DigestAuthentication.ATTRIBUTE, DigestAuthentication.class),
                subscribers);
        relay = settings.flag("relay", false);
        minutesAway = Math.max(1, settings.number("minutes-away", 60));
    }

    // ---- sessions

    /** One application session for each guest, whoever writes to it. */
    @SipApplicationKey
    public static String key(SipServletRequest request) {
        String user = request.getRequestURI() instanceof SipURI uri ? uri.getUser() : null;
        return user == null ? request.getCallId() : key(user);
    }

    /** Names are the same in upper and lower case. */
    static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** Whatever made it, a request or a page: before anything else of it. */
    @Override
    public void sessionCreated(SipApplicationSessionEvent event) {
        SipApplicationSession session = event.getApplicationSession();
        session.setAttribute(GUEST, new Guest(session, time, this, minutesAway));
    }

    @Override
    public void sessionDestroyed(SipApplicationSessionEvent event) {
        guests.remove(event.getApplicationSession().getId());
    }

    @Override
    public void sessionExpired(SipApplicationSessionEvent event) {}

    @Override
    public void sessionReadyToInvalidate(SipApplicationSessionEvent event) {}

    static Guest guest(SipApplicationSession session) {
        if (session.getAttribute(GUEST) instanceof Guest guest) {
            return guest;
        }
        throw new IllegalStateException("session " + session.getId() + " has no guest; is the listener declared?");
    }

    @Override
    public String address(String name) {
        return "sip:" + key(name) + "@" + HOST_PREFIX + domains.first();
    }

    @Override
    public boolean admits(Guest guest) {
        return guests.size() < MOST_GUESTS && guests.add(guest.session().getId());
    }

    // ---- to guests

    @Override
    protected void doRequest(SipServletRequest req) throws ServletException, IOException {
        if (req.getMethod().equals("MESSAGE")
                || req.getMethod().equals("ACK")
                || req.getMethod().equals("CANCEL")) {
            super.doRequest(req);
            return;
        }
        SipServletResponse refusal = req.createResponse(SipServletResponse.SC_METHOD_NOT_ALLOWED);
        refusal.setHeader("Allow", "MESSAGE");
        refusal.send();
    }

    @Override
    protected void doMessage(SipServletRequest req) throws ServletException, IOException {
        Guest guest = guest(req.getApplicationSession());
        if (!isGuest(req.getRequestURI()) || !guest.isKnown()) {
            req.createResponse(SipServletResponse.SC_NOT_FOUND).send();
            return;
        }
        if (req.getContentLength() > LARGEST_INCOMING) {
            req.createResponse(SipServletResponse.SC_REQUEST_ENTITY_TOO_LARGE).send();
            return;
        }
        Optional<String> text = text(req);
        if (text.isEmpty()) {
            SipServletResponse refusal = req.createResponse(SipServletResponse.SC_UNSUPPORTED_MEDIA_TYPE);
            refusal.setHeader("Accept", "text/plain");
            refusal.send();
            return;
        }
        if (isProven(req)) {
            URI from = req.getFrom().getURI();
            req.createResponse(guest.receives(from.toString(), text.get(), req.getExpires()))
                    .send();
        }
    }

    private boolean isGuest(URI uri) {
        return uri instanceof SipURI sip && domains.of(sip, HOST_PREFIX).isPresent();
    }

    /** Plain text that came as such; RFC 3428 §9 demands no more. */
    private static Optional<String> text(SipServletRequest req) throws IOException {
        String type = req.getContentType() == null ? "" : req.getContentType().toLowerCase(Locale.ROOT);
        int end = type.indexOf(';');
        boolean plain = (end < 0 ? type : type.substring(0, end)).strip().equals("text/plain");
        if (!plain || req.getHeader("Content-Encoding") != null) {
            return Optional.empty();
        }
        try {
            return req.getContent() instanceof String text ? Optional.of(text) : Optional.empty();
        } catch (UnsupportedEncodingException e) {
            return Optional.empty();
        }
    }

    /** Nobody writes as a guest but guests; once there are users, nobody as a subscriber without a password. Else it is answered. */
    private boolean isProven(SipServletRequest req) throws IOException {
        if (isGuest(req.getFrom().getURI())) {
            req.createResponse(SipServletResponse.SC_FORBIDDEN).send();
            return false;
        }
        return callers.identifySender(req) != Callers.Caller.REFUSED;
    }

    // ---- from guests

    /** In the queue of the guest's session. */
    @Override
    public void send(Guest from, Guest.Outgoing message) {
        try {
            int status = sent(from, message);
            if (status > 0) {
                from.answered(message.to(), status);
            }
        } catch (IOException | ServletParseException | IllegalStateException e) {
            log.debug("not sent to {}", message.to(), e);
            from.answered(message.to(), SipServletResponse.SC_SERVER_INTERNAL_ERROR);
        }
    }

    /** Why it was not sent; 0 if it was. */
    private int sent(Guest from, Guest.Outgoing message) throws IOException, ServletParseException {
        byte[] text = message.text().getBytes(StandardCharsets.UTF_8);
        if (text.length > LARGEST_TEXT) {
            return SipServletResponse.SC_REQUEST_ENTITY_TOO_LARGE;
        }
        Optional<URI> to = address(message);
        if (to.isEmpty()) {
            return SipServletResponse.SC_BAD_REQUEST;
        }
        if (isGuest(to.get())) {
            return deliver(from, message, (SipURI) to.get());
        }
        if (!relay && subscribers.of(to.get()).isEmpty()) {
            return SipServletResponse.SC_FORBIDDEN;
        }
        SipServletRequest request =
                factory.createRequest(from.session(), "MESSAGE", factory.createURI(from.address()), to.get());
        request.getSession().setAttribute(TO, message.to());
        request.setContent(text, "text/plain;charset=UTF-8");
        request.send();
        return 0;
    }

    /** What is no URI of a phone or of a guest is nothing. */
    private Optional<URI> address(Guest.Outgoing message) {
        if (message.to().length() > LONGEST_ADDRESS) {
            return Optional.empty();
        }
        try {
            URI uri = factory.createURI(message.to());
            return uri.isSipURI() || "tel".equals(uri.getScheme()) ? Optional.of(uri) : Optional.empty();
        } catch (ServletParseException e) {
            return Optional.empty();
        }
    }

    /** To another guest, by a task of its session; the outcome comes back by one of ours. */
    private int deliver(Guest from, Guest.Outgoing message, SipURI to) {
        SipApplicationSession its =
                to.getUser() == null ? null : sessions.getApplicationSessionByKey(key(to.getUser()), false);
        if (its == null) {
            return SipServletResponse.SC_NOT_FOUND;
        }
        String sender = from.address();
        String own = from.session().getId();
        try {
            executor.execute(in(its.getId(), () -> {
                int status = guest(its).receives(sender, message.text(), -1);
                executor.execute(in(own, () -> from.answered(message.to(), status)));
            }));
            return 0;
        } catch (RejectedExecutionException e) { // it has just left, or too much waits for it
            return SipServletResponse.SC_TEMPORARILY_UNAVAILABLE;
        }
    }

    static Runnable in(String session, Runnable task) {
        return ManagedExecutors.managedTask(task, Map.of(SessionTasks.SESSION_ID, session), null);
    }

    @Override
    protected void doResponse(SipServletResponse resp) throws ServletException, IOException {
        if (resp.getStatus() >= SipServletResponse.SC_OK && resp.getSession().getAttribute(TO) instanceof String to) {
            guest(resp.getApplicationSession()).answered(to, resp.getStatus());
        }
    }
}
