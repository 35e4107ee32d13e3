// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

/**
 * What the requests of one proxy say of the way they came, RFC 7044: what was asked for, each target that failed before with its
 * Reason, and the own target. Confined to the strand of the call.
 */
final class History {
    private static final String FIRST = "1";

    private record Entry(Uri target, String index, String how) {

        /** With the failure in its URI, where the URI can carry it. */
        String text(Optional<Response> failure) {
            Uri shown = target;
            if (failure.isPresent() && target instanceof SipUri sip) {
                String reason = SipUri.escapeHeader("SIP;cause=" + failure.get().status());
                shown = sip.withHeaders(Parameters.of("Reason", reason));
            }
            return '<' + shown.toString() + ">;index=" + index + how;
        }
    }

    private final Uri asked;
    private final Predicate<Uri> contacts;
    private final List<String> before;
    private final String parent;
    private final Map<ProxyBranch, Entry> entries = new LinkedHashMap<>();

    /** @param contacts whether a target is a registered contact of who is called */
    History(Request original, Uri requestUri, Predicate<Uri> contacts) {
        this.contacts = contacts;
        asked = plain(requestUri);
        before = new ArrayList<>(original.headers().values(HeaderName.HISTORY_INFO));
        if (before.isEmpty()) {
            parent = FIRST;
            before.add(new Entry(asked, parent, "").text(Optional.empty()));
        } else {
            String last = before.get(before.size() - 1);
            if (isOf(last, asked)) {
                parent = index(last);
            } else { // somebody on the way wrote nothing: a zero marks the gap
                parent = index(last) + ".0";
                before.add(new Entry(asked, parent, "").text(Optional.empty()));
            }
        }
    }

    /** Writes it into the request of a branch. */
    void write(ProxyBranch branch, Uri target, Request.Builder request) {
        Entry own = entries.get(branch);
        if (own == null) {
            own = new Entry(plain(target), parent + '.' + (entries.size() + 1), how(branch, target));
        }
        request.remove(HeaderName.HISTORY_INFO);
        before.forEach(value -> request.add(HeaderName.HISTORY_INFO, value));
        entries.forEach((other, entry) -> {
            if (other != branch && other.isEnded() && other.response().isPresent()) {
                request.add(HeaderName.HISTORY_INFO, entry.text(other.response()));
            }
        });
        request.add(HeaderName.HISTORY_INFO, own.text(Optional.empty()));
        entries.put(branch, own);
    }

    /** Not changed, a registered contact, or another user; and of which entry. */
    private String how(ProxyBranch branch, Uri target) {
        Optional<Entry> redirecting = branch.redirectedBy().map(entries::get);
        String from = redirecting.map(Entry::index).orElse(parent);
        if (redirecting.isEmpty() && plain(target).equals(asked)) {
            return ";np=" + from;
        }
        return (redirecting.isEmpty() && contacts.test(target) ? ";rc=" : ";mp=") + from;
    }

    private static Uri plain(Uri uri) {
        return uri instanceof SipUri sip ? sip.withHeaders(Parameters.EMPTY) : uri;
    }

    private static boolean isOf(String value, Uri uri) {
        try {
            return plain(NameAddr.parse(value).uri()).equals(uri);
        } catch (SyntaxException e) {
            return false;
        }
    }

    private static String index(String value) {
        try {
            return NameAddr.parse(value).parameters().value("index").orElse(FIRST);
        } catch (SyntaxException e) {
            return FIRST;
        }
    }
}
