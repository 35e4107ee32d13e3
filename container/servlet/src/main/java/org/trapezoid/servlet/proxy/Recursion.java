// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.uri.ForbiddenRanges;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

/** Makes the Contacts of a redirection targets, RFC 3261 §16.7 step 4. Confined to its strand. */
final class Recursion {
    private final ProxyCore core;
    private final ProxyBranch branch;

    Recursion(ProxyCore core, ProxyBranch branch) {
        this.core = core;
        this.branch = branch;
    }

    /** What is left of the response: it without the Contacts that became targets; nothing when all of them did. */
    Optional<Response> follow(Response response) {
        if (!branch.settings().recurse()
                || !core.maySearch()
                || !response.headers().has(HeaderName.CONTACT)) {
            return Optional.of(response);
        }
        List<String> values = response.headers().values(HeaderName.CONTACT);
        List<String> left = new ArrayList<>();
        List<Found> found = new ArrayList<>();
        for (String value : values) {
            Optional<Found> target = usable(value, found);
            if (target.isPresent()
                    && (!core.settings().parallel()
                            || found.size() < core.breadth().available())) {
                found.add(target.get());
            } else {
                left.add(value);
            }
        }
        if (found.isEmpty() || (found.size() > 1 && core.forwarding().isLoop())) {
            return Optional.of(response);
        }
        start(found, response.forbidden());
        return left.isEmpty() ? Optional.empty() : Optional.of(withContacts(response, left));
    }

    /** A target, and how much its owner prefers it (RFC 3261 §20.10). */
    private record Found(Uri uri, float preference) {}

    private Optional<Found> usable(String contact, List<Found> found) {
        try {
            NameAddr address = NameAddr.parse(contact);
            if (!(address.uri() instanceof SipUri sip)) {
                return Optional.empty();
            }
            Uri uri = asTarget(sip);
            boolean seen = core.targets().contains(uri);
            for (Found other : found) {
                seen = seen || other.uri().equals(uri);
            }
            // RFC 5630 §5.3: what was to be secure stays so
            boolean downgraded = RecordRoute.isSecure(core.original().uri()) && !RecordRoute.isSecure(uri);
            return seen || downgraded ? Optional.empty() : Optional.of(new Found(uri, preference(address)));
        } catch (SyntaxException notAnAddress) {
            return Optional.empty();
        }
    }

    /** RFC 3261 §19.1.1, table 1: neither headers nor a method belong into a Request-URI. */
    private static Uri asTarget(SipUri contact) {
        return contact.withHeaders(Parameters.EMPTY).withoutParameter("method");
    }

    private static float preference(NameAddr contact) {
        Optional<String> q = contact.parameters().value("q");
        if (q.isEmpty()) {
            return 1;
        }
        try {
            return Float.parseFloat(q.get());
        } catch (NumberFormatException notNumber) {
            return 1;
        }
    }

    private void start(List<Found> found, ForbiddenRanges forbidden) {
        found.sort(Comparator.comparingDouble(Found::preference).reversed());
        List<ProxyBranch> recursed = new ArrayList<>(found.size());
        for (Found target : found) {
            recursed.add(new ProxyBranch(core, target.uri(), branch.settings().copy(), forbidden));
        }
        branch.recursed(recursed);
        core.targets().addFirst(recursed);
    }

    private static Response withContacts(Response response, List<String> contacts) {
        Response.Builder builder = response.toBuilder().remove(HeaderName.CONTACT);
        contacts.forEach(contact -> builder.add(HeaderName.CONTACT, contact));
        return builder.build();
    }
}
