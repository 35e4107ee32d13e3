// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.URI;
import java.util.Iterator;
import java.util.TreeSet;
import org.trapezoid.api.PushService;
import org.trapezoid.samples.Push;
import org.trapezoid.samples.Settings;

/** What a registrar says to clients that want to be woken by push notifications, RFC 8599 §5.3. Thread-safe. */
final class PushSupport {
    static final int NOT_SUPPORTED = 555;

    private static final String FEATURE_CAPS = "Feature-Caps";
    private static final String WAKES_ITSELF = "+sip.pnsreg";

    private final Push push;
    private final int refreshSeconds;

    private PushSupport(Push push, int refreshSeconds) {
        this.push = push;
        this.refreshSeconds = refreshSeconds;
    }

    static PushSupport of(Push push, Settings settings) throws ServletException {
        return new PushSupport(push, settings.number("push-refresh-seconds", 121));
    }

    /** Whether a contact wants to be woken by a provider that cannot be reached: 555, RFC 8599 §5.3.1. */
    boolean isRefused(SipServletRequest register) throws ServletParseException {
        for (Iterator<Address> each = register.getAddressHeaders("Contact"); each.hasNext(); ) {
            Address contact = each.next();
            if (asks(contact) && contact.getExpires() != 0 && isRefused(contact.getURI())) {
                return true;
            }
        }
        return false;
    }

    private boolean isRefused(URI contact) {
        return Push.target(contact).isPresent() && push.wakeable(contact).isEmpty();
    }

    private static boolean asks(Address contact) {
        return !contact.isWildcard() && contact.getURI().getParameterNameSet().contains(PushService.Target.PROVIDER);
    }

    /** Names the providers there are to who asks, in the 2xx and in the 555 (RFC 8599 §4.1.1, §5.3). */
    void announce(SipServletRequest register, SipServletResponse response) throws ServletParseException {
        boolean asked = false;
        boolean wakesItself = false;
        for (Iterator<Address> each = register.getAddressHeaders("Contact"); each.hasNext(); ) {
            Address contact = each.next();
            if (asks(contact)) {
                asked = true;
                wakesItself |= wakesItself(contact);
            }
        }
        if (!asked || push.service().isEmpty()) {
            return;
        }
        for (String provider : new TreeSet<>(push.service().get().providers())) {
            response.addHeader(FEATURE_CAPS, "*;+sip.pns=\"" + provider + '"');
        }
        if (wakesItself && response.getStatus() < 300) {
            response.addHeader(FEATURE_CAPS, "*;+sip.pnsreg=\"" + refreshSeconds + '"'); // RFC 8599 §5.4
        }
    }

    private static boolean wakesItself(Address contact) {
        for (Iterator<String> names = contact.getParameterNames(); names.hasNext(); ) {
            if (names.next().equalsIgnoreCase(WAKES_ITSELF)) {
                return true;
            }
        }
        return false;
    }
}
