// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.PrivacyService;
import org.trapezoid.sip.uri.SipUri;

/**
 * Remembers in our Record-Route what privacy a caller asked for (RFC 3323), so that its later requests in the call, which need not ask
 * again, do not tell who it is. Stateless.
 */
public final class CallPrivacy {

    /** The levels, and which of the two ends they are for: a number made of its tag. */
    private static final String PARAMETER = "tzp";

    private static final char BETWEEN = '+';
    private static final char END = '~';

    private CallPrivacy() {}

    /** The same route with the levels that the request asks for. */
    static RecordRoute marked(RecordRoute route, Request request) {
        Optional<String> tag = request.fromTag();
        if (tag.isEmpty() || !request.headers().has(HeaderName.PRIVACY)) {
            return route;
        }
        List<String> levels = PrivacyService.levels(request.headers());
        return levels.isEmpty()
                ? route
                : new RecordRoute(route.parameters()
                        .with(PARAMETER, String.join(String.valueOf(BETWEEN), levels) + END + number(tag.get())));
    }

    /** A request in the call, whose own routes are taken off, with the Privacy that it began with unless it has its own. */
    public static Request remembered(Request request, List<NameAddr> popped) {
        if (popped.isEmpty() || !(popped.get(0).uri() instanceof SipUri uri)) {
            return request;
        }
        Optional<String> mark = uri.parameter(PARAMETER);
        if (mark.isEmpty() || request.headers().has(HeaderName.PRIVACY)) {
            return request;
        }
        int end = mark.get().indexOf(END);
        Optional<String> tag = request.fromTag().map(CallPrivacy::number);
        return end > 0 && tag.filter(mark.get().substring(end + 1)::equals).isPresent()
                ? request.toBuilder()
                        .set(HeaderName.PRIVACY, mark.get().substring(0, end).replace(BETWEEN, ';'))
                        .build()
                : request;
    }

    private static String number(String tag) {
        return Integer.toHexString(tag.hashCode());
    }
}
