// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
 * Reason, and the own target; and what its responses say of the way the request went. Confined to the strand of the call.
 */
final class History {
    private static final String FIRST = "1";
    private static final String OPTION = "histinfo";

    private record Entry(Uri target, String index, String how) {

        /** With the failure in its URI, where the URI can carry it: what the response says of it (§10.2), else its status. */
        String text(Optional<Response> failure) {
            Uri shown = target;
            if (failure.isPresent() && target instanceof SipUri sip) {
                List<String> said = failure.get().headers().values(HeaderName.REASON);
                String reason = String.join(",", said);
                if (said.stream().noneMatch(Entry::isSip)) {
                    String status = "SIP;cause=" + failure.get().status();
                    reason = said.isEmpty() ? status : status + ',' + reason;
                }
                shown = sip.withHeaders(Parameters.of("Reason", SipUri.escapeHeader(reason)));
            }
            return '<' + shown.toString() + ">;index=" + index + how;
        }

        private static boolean isSip(String reason) {
            int end = reason.indexOf(';');
            return (end < 0 ? reason : reason.substring(0, end)).strip().equalsIgnoreCase("SIP");
        }
    }

    private final Uri asked;
    private final Predicate<Uri> contacts;
    private final List<String> before;
    private final boolean wanted;
    private final String parent;
    private final Map<ProxyBranch, Entry> entries = new LinkedHashMap<>();

    /** @param contacts whether a target is a registered contact of who is called */
    History(Request original, Uri requestUri, Predicate<Uri> contacts) {
        this.contacts = contacts;
        asked = plain(requestUri);
        before = new ArrayList<>(original.headers().values(HeaderName.HISTORY_INFO));
        wanted = original.headers().lists(HeaderName.SUPPORTED, OPTION);
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

    /**
     * A response as it goes to who asked, §9.4: with each target that has answered and what the answer tells of the way beyond, in the
     * order of their indices; without any if nobody asked for it.
     */
    Response answer(Response response) {
        if (!wanted) {
            return response.headers().has(HeaderName.HISTORY_INFO)
                    ? response.toBuilder().remove(HeaderName.HISTORY_INFO).build()
                    : response;
        }
        List<String> known = new ArrayList<>(before);
        entries.forEach((branch, entry) -> {
            if (branch.response().isPresent()) {
                known.add(entry.text(branch.response().filter(last -> last.status() >= 300)));
            }
        });
        Set<String> indices = new HashSet<>();
        known.forEach(value -> indices.add(index(value)));
        for (String value : response.headers().values(HeaderName.HISTORY_INFO)) {
            if (!indices.contains(index(value))) {
                known.add(value);
            }
        }
        known.sort((one, other) -> compare(index(one), index(other)));
        Response.Builder told = response.toBuilder().remove(HeaderName.HISTORY_INFO);
        known.forEach(value -> told.add(HeaderName.HISTORY_INFO, value));
        return told.build();
    }

    /** By the numbers between the dots; what comes first is above what is longer. */
    private static int compare(String one, String other) {
        int i = 0;
        int j = 0;
        while (i < one.length() && j < other.length()) {
            int endOne = end(one, i);
            int endOther = end(other, j);
            int difference = endOne - i - (endOther - j); // a number with more digits is greater
            if (difference == 0) {
                difference = one.substring(i, endOne).compareTo(other.substring(j, endOther));
            }
            if (difference != 0) {
                return difference;
            }
            i = endOne + 1;
            j = endOther + 1;
        }
        return Integer.compare(one.length(), other.length());
    }

    private static int end(String index, int from) {
        int dot = index.indexOf('.', from);
        return dot < 0 ? index.length() : dot;
    }

    /** Not changed, a registered contact, or another user; and of which entry. */
    private String how(ProxyBranch branch, Uri target) {
        Optional<ProxyBranch> redirecting = branch.redirectedBy();
        if (redirecting.isPresent()) {
            return redirecting
                    .get()
                    .response()
                    .map(answer -> said(answer, target))
                    .orElse("");
        }
        if (plain(target).equals(asked)) {
            return ";np=" + parent;
        }
        return (contacts.test(target) ? ";rc=" : ";mp=") + parent;
    }

    /** Only the redirect server knows how it found a target, §10.4. */
    private static String said(Response redirection, Uri target) {
        for (String contact : redirection.headers().values(HeaderName.CONTACT)) {
            try {
                NameAddr said = NameAddr.parse(contact);
                if (plain(said.uri()).equals(plain(target))) {
                    for (String how : List.of("rc", "mp")) {
                        Optional<String> of = said.parameters().value(how).filter(History::isIndex);
                        if (of.isPresent()) {
                            return ';' + how + '=' + of.get();
                        }
                    }
                }
            } catch (SyntaxException e) {
                // that is not the one
            }
        }
        return "";
    }

    private static boolean isIndex(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
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
