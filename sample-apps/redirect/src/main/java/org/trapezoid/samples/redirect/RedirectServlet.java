// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.redirect;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipURI;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.samples.Domains;
import org.trapezoid.samples.Services;
import org.trapezoid.samples.Subscribers;

/**
 * Answers requests for {@code sip:user@redirect.<domain>} with the contacts of {@code sip:user@<domain>} (RFC 3261 §8.3).
 * Thread-safe.
 */
@jakarta.servlet.sip.annotation.SipServlet(name = "redirect", loadOnStartup = 1)
@SuppressWarnings("NullAway.Init") // init() is the constructor of a servlet
public final class RedirectServlet extends SipServlet {
    private static final long serialVersionUID = 1L;

    private static final String HOST_PREFIX = "redirect.";

    private transient LocationService locations;
    private transient SipFactory factory;
    private transient Subscribers subscribers;

    @Override
    public void init() throws ServletException {
        locations = Services.find(getServletContext(), LocationService.ATTRIBUTE, LocationService.class);
        factory = Services.find(getServletContext(), SIP_FACTORY, SipFactory.class);
        subscribers = new Subscribers(getServletContext(), Domains.of(getServletContext()), locations);
    }

    /** Every method is treated alike; ACK and CANCEL are the container's business. */
    @Override
    protected void doRequest(SipServletRequest req) throws ServletException, IOException {
        if (req.getMethod().equals("ACK") || req.getMethod().equals("CANCEL")) {
            return;
        }
        Optional<String> addressOfRecord =
                req.getRequestURI() instanceof SipURI uri ? subscribers.of(uri, HOST_PREFIX) : Optional.empty();
        List<Binding> bindings = addressOfRecord.isPresent() ? locations.lookup(addressOfRecord.get()) : List.of();
        if (bindings.isEmpty()) {
            req.createResponse(SipServletResponse.SC_NOT_FOUND).send();
            return;
        }
        SipServletResponse moved = req.createResponse(SipServletResponse.SC_MOVED_TEMPORARILY);
        for (Binding binding : bindings) {
            Address contact = factory.createAddress(factory.createURI(binding.contact()));
            contact.setQ(binding.q());
            moved.addAddressHeader("Contact", contact, false);
        }
        moved.send();
    }
}
