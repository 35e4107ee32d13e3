// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipURI;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.trapezoid.api.Binding;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.LocationService;
import org.trapezoid.samples.Domains;
import org.trapezoid.samples.Push;
import org.trapezoid.samples.Services;
import org.trapezoid.samples.Settings;
import org.trapezoid.samples.Subscribers;
import org.trapezoid.samples.Tokens;

/** A registrar, RFC 3261 §10.3, with Path (RFC 3327), flows (RFC 5626), GRUUs (RFC 5627) and Service-Route (RFC 3608). Thread-safe. */
@SuppressWarnings("NullAway.Init") // init() is the constructor of a servlet
public final class RegistrarServlet extends SipServlet {
    private static final long serialVersionUID = 1L;

    private static final Set<String> EXTENSIONS = Set.of("path", "outbound", "gruu");
    private static final String SUPPORTED = "path, outbound, gruu";
    /** What the registrar itself says in a Contact, or says otherwise; a client that repeats it is not heard. */
    private static final Set<String> OWN_PARAMETERS = Set.of("q", "expires", "pub-gruu", "temp-gruu");

    private static final int LONGEST_CONTACT = 2048;

    private transient LocationService locations;
    private transient Domains domains;
    private transient Subscribers subscribers;
    private transient Access access;
    private transient Expiry expiry;
    private transient DateHeader date;
    private transient PushSupport push;
    private final transient Unregistering unregistering = new Unregistering();
    private final transient InstantSource clock;
    private int maxContacts;
    private int flowTimer;
    private PathPolicy path;
    private transient List<Address> serviceRoute;

    public RegistrarServlet() {
        this(InstantSource.system());
    }

    RegistrarServlet(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void init() throws ServletException {
        Settings settings = new Settings(getServletContext());
        locations = Services.find(getServletContext(), LocationService.ATTRIBUTE, LocationService.class);
        domains = Domains.of(getServletContext());
        subscribers = new Subscribers(getServletContext(), domains, locations);
        access = new Access(
                Services.find(getServletContext(), DigestAuthentication.ATTRIBUTE, DigestAuthentication.class),
                subscribers);
        expiry = Expiry.of(settings);
        maxContacts = settings.number("max-contacts", 10);
        flowTimer = settings.number("flow-timer", 0);
        path = settings.choice("path", PathPolicy.class);
        serviceRoute = addresses(settings.words("service-route"));
        date = new DateHeader(clock);
        push = PushSupport.of(Push.of(getServletContext()), settings);
        unregistering.share(getServletContext());
    }

    private List<Address> addresses(List<String> texts) throws ServletException {
        SipFactory factory = Services.find(getServletContext(), SIP_FACTORY, SipFactory.class);
        List<Address> addresses = new ArrayList<>(texts.size());
        for (String text : texts) {
            addresses.add(factory.createAddress(text.startsWith("<") ? text : '<' + text + '>'));
        }
        return addresses;
    }

    /** The steps of RFC 3261 §10.3, in their order. */
    @Override
    protected void doRegister(SipServletRequest req) throws ServletException, IOException {
        Optional<String> domain = req.getRequestURI() instanceof SipURI uri ? domains.of(uri) : Optional.empty();
        if (domain.isEmpty()) {
            req.createResponse(SipServletResponse.SC_NOT_FOUND).send();
            return;
        }
        List<String> unsupported = unsupported(req);
        if (!unsupported.isEmpty()) {
            SipServletResponse response = req.createResponse(SipServletResponse.SC_BAD_EXTENSION);
            unsupported.forEach(tag -> response.addHeader("Unsupported", tag));
            response.send();
            return;
        }
        Optional<String> addressOfRecord = req.getTo().getURI() instanceof SipURI to
                ? domains.of(to).filter(domain.get()::equals).flatMap(same -> subscribers.of(to))
                : subscribers.of(req.getTo().getURI());
        if (!access.grant(req, domain.get(), addressOfRecord)) {
            return;
        }
        if (addressOfRecord.isEmpty()) {
            req.createResponse(SipServletResponse.SC_NOT_FOUND).send();
            return;
        }
        register(req, addressOfRecord.get());
    }

    /** The option tags this registrar does not know; {@code path} when the client would not understand the answer. */
    private List<String> unsupported(SipServletRequest req) {
        List<String> unsupported = new ArrayList<>(0);
        for (String tag : Tokens.of(req, "Require")) {
            if (!EXTENSIONS.contains(tag.toLowerCase(Locale.ROOT))) {
                unsupported.add(tag);
            }
        }
        if (path.refuses(req)) {
            unsupported.add("path");
        }
        return unsupported;
    }

    private void register(SipServletRequest req, String addressOfRecord) throws IOException {
        List<Binding> bindings;
        Outbound outbound;
        Instant now = clock.instant();
        try {
            outbound = Outbound.of(req);
            if (outbound.refusal().isPresent()) {
                req.createResponse(outbound.refusal().getAsInt()).send();
                return;
            }
            if (push.isRefused(req)) {
                SipServletResponse response =
                        req.createResponse(PushSupport.NOT_SUPPORTED, "Push Notification Service Not Supported");
                push.announce(req, response);
                response.send();
                return;
            }
            Optional<Registration> registration = registration(req, addressOfRecord, now, outbound);
            bindings = registration.isPresent()
                    ? apply(registration.get(), addressOfRecord)
                    : locations.lookup(addressOfRecord);
        } catch (ServletParseException | IllegalArgumentException e) {
            req.createResponse(SipServletResponse.SC_BAD_REQUEST, "Bad Contact").send();
            return;
        } catch (Expiry.TooBrief e) {
            SipServletResponse response = req.createResponse(SipServletResponse.SC_INTERVAL_TOO_BRIEF);
            response.setHeader("Min-Expires", Integer.toString(expiry.min()));
            response.send();
            return;
        } catch (Registration.OutOfOrder e) {
            req.createResponse(SipServletResponse.SC_SERVER_INTERNAL_ERROR, "REGISTER Out Of Order")
                    .send();
            return;
        } catch (Registration.TooMany e) {
            req.createResponse(SipServletResponse.SC_FORBIDDEN, "Too Many Contacts")
                    .send();
            return;
        }
        answer(req, bindings, now, outbound);
    }

    private List<Binding> apply(Registration registration, String addressOfRecord) {
        return registration.removes()
                ? unregistering.during(addressOfRecord, () -> locations.update(addressOfRecord, registration))
                : locations.update(addressOfRecord, registration);
    }

    /** Empty when the REGISTER only asks; IllegalArgumentException when it contradicts itself. */
    private Optional<Registration> registration(
            SipServletRequest req, String addressOfRecord, Instant now, Outbound outbound)
            throws ServletParseException {
        List<Binding> contacts = new ArrayList<>(1);
        List<String> path = values(req, "Path");
        String callId = req.getCallId();
        long cseq = cseq(req);
        boolean all = false;
        int seen = 0;
        for (Iterator<Address> each = req.getAddressHeaders("Contact"); each.hasNext(); seen++) {
            Address contact = each.next();
            if (contact.isWildcard()) {
                all = true;
            } else {
                contacts.add(binding(req, addressOfRecord, contact, now, path, callId, cseq, outbound));
            }
        }
        if (all && (seen > 1 || req.getExpires() != 0)) {
            throw new IllegalArgumentException("Contact: * needs Expires: 0 and no other Contact");
        }
        return seen == 0
                ? Optional.empty()
                : Optional.of(new Registration(locations, callId, cseq, all, contacts, maxContacts, now));
    }

    private Binding binding(
            SipServletRequest req,
            String addressOfRecord,
            Address contact,
            Instant now,
            List<String> path,
            String callId,
            long cseq,
            Outbound outbound) {
        if (contact.toString().length() > LONGEST_CONTACT) {
            throw new IllegalArgumentException("a contact is longer than " + LONGEST_CONTACT);
        }
        if (contact.getURI() instanceof SipURI uri && domains.leadHere(uri)) {
            throw new IllegalArgumentException("a contact that leads back here would loop");
        }
        int seconds = expiry.grant(contact.getExpires(), req.getExpires());
        Map<String, String> parameters = new HashMap<>();
        for (Iterator<String> names = contact.getParameterNames(); names.hasNext(); ) {
            String name = names.next();
            boolean ignored = name.equalsIgnoreCase("reg-id") && !outbound.isUsed();
            if (!ignored && !OWN_PARAMETERS.contains(name.toLowerCase(Locale.ROOT))) {
                String value = contact.getParameter(name);
                parameters.put(name, value == null ? "" : value);
            }
        }
        return new Binding(
                addressOfRecord,
                contact.getURI().toString(),
                parameters,
                contact.getQ() < 0 ? 1 : contact.getQ(),
                now.plusSeconds(seconds),
                callId,
                cseq,
                path,
                Binding.Source.of(req),
                Optional.ofNullable(req.getHeader("User-Agent")).orElse(""));
    }

    private static long cseq(SipServletRequest req) {
        String cseq = req.getHeader("CSeq");
        return Long.parseLong(cseq.substring(0, cseq.indexOf(' ')));
    }

    private static List<String> values(SipServletRequest req, String name) throws ServletParseException {
        List<String> values = new ArrayList<>(0);
        for (Iterator<Address> each = req.getAddressHeaders(name); each.hasNext(); ) {
            values.add(each.next().toString());
        }
        return values;
    }

    private void answer(SipServletRequest req, List<Binding> bindings, Instant now, Outbound outbound)
            throws IOException {
        SipServletResponse ok = req.createResponse(SipServletResponse.SC_OK);
        ok.setHeader("Date", date.now());
        ok.setHeader("Supported", SUPPORTED);
        if (outbound.isUsed()) {
            ok.setHeader("Require", "outbound"); // RFC 5626 §6
            if (flowTimer > 0 && outbound.isDirect()) {
                ok.setHeader("Flow-Timer", Integer.toString(flowTimer)); // RFC 5626 §5.4
            }
        }
        boolean gruu = Tokens.has(req, "Supported", "gruu") || Tokens.has(req, "Require", "gruu");
        for (Binding binding : bindings) {
            ok.addHeader("Contact", contact(binding, now, gruu));
        }
        for (Address route : serviceRoute) {
            ok.addHeader("Service-Route", route.toString()); // RFC 3608 §6.3
        }
        try {
            push.announce(req, ok);
            List<Address> path = new ArrayList<>(0);
            req.getAddressHeaders("Path").forEachRemaining(path::add);
            for (int i = path.size() - 1; i >= 0; i--) {
                ok.pushPath(path.get(i));
            }
        } catch (ServletParseException e) {
            throw new IllegalStateException(e); // it was read before
        }
        ok.send();
    }

    private String contact(Binding binding, Instant now, boolean gruu) {
        // Rounded up: a binding that is there has not ended.
        long expires = Duration.between(now, binding.expiry()).plusMillis(999).toSeconds();
        StringBuilder contact = new StringBuilder(96)
                .append('<')
                .append(binding.contact())
                .append(">;expires=")
                .append(expires);
        if (binding.q() != 1) {
            contact.append(";q=").append(binding.q());
        }
        binding.parameters().forEach((name, value) -> {
            contact.append(';').append(name);
            if (!value.isEmpty()) {
                contact.append('=').append(Quoting.value(value));
            }
        });
        if (gruu) { // RFC 5627 §5.2
            locations.publicGruu(binding).ifPresent(uri -> append(contact, "pub-gruu", uri));
            locations.temporaryGruu(binding).ifPresent(uri -> append(contact, "temp-gruu", uri));
        }
        return contact.toString();
    }

    private static void append(StringBuilder contact, String name, String uri) {
        contact.append(';').append(name).append("=\"").append(uri).append('"');
    }
}
