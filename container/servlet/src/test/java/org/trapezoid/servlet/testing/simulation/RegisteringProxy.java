// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.URI;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;

/** A registrar and proxy in one: what phones register in the location service is where calls go. */
public final class RegisteringProxy extends WitnessedServlet {
    private static final long serialVersionUID = 1;

    private static final int LONGEST = 3600;

    private final transient InstantSource time;

    public RegisteringProxy(String name, Witness witness, InstantSource time) {
        super(name, witness);
        this.time = time;
    }

    private LocationService locations() {
        return (LocationService) getServletContext().getAttribute(LocationService.ATTRIBUTE);
    }

    @Override
    protected void doRegister(SipServletRequest req) throws ServletException, IOException {
        LocationService locations = locations();
        String addressOfRecord = locations.addressOfRecord(req.getTo().getURI().toString());
        Address contact = contact(req);
        if (contact == null || contact.isWildcard()) {
            req.createResponse(400).send();
            return;
        }
        String uri = contact.getURI().toString();
        if (contact.getExpires() <= 0) {
            locations.unbind(addressOfRecord, uri);
        } else {
            Instant expiry = time.instant().plusSeconds(Math.min(LONGEST, contact.getExpires()));
            locations.bind(
                    Binding.of(addressOfRecord, uri, expiry, req.getCallId(), 1).withSource(Binding.Source.of(req)));
        }
        req.createResponse(200).send();
    }

    private static @Nullable Address contact(SipServletRequest req) {
        try {
            return req.getAddressHeader("Contact");
        } catch (ServletParseException e) {
            return null;
        }
    }

    @Override
    protected void doInvite(SipServletRequest req) throws ServletException, IOException {
        route(req);
    }

    @Override
    protected void doMessage(SipServletRequest req) throws ServletException, IOException {
        route(req);
    }

    private void route(SipServletRequest req) throws ServletException, IOException {
        if (!req.isInitial()) {
            return;
        }
        LocationService locations = locations();
        String addressOfRecord = locations.addressOfRecord(req.getRequestURI().toString());
        List<URI> targets = new ArrayList<>();
        for (Binding binding : locations.lookup(addressOfRecord)) {
            targets.add(uri(binding.target()));
        }
        if (targets.isEmpty()) {
            req.createResponse(480).send();
            return;
        }
        Proxy proxy = req.getProxy();
        proxy.setRecordRoute(true);
        proxy.proxyTo(targets);
    }
}
