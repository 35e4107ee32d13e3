// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.b2bua;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;

/** Copies requests from one leg of a back-to-back user agent to the other (JSR 289 §12.2). Pure. */
public final class RequestCopier {

    /** What belongs to a leg and is made anew for the other one. */
    private static final Set<HeaderName> OF_THE_LEG = Set.of(
            HeaderName.FROM,
            HeaderName.TO,
            HeaderName.CALL_ID,
            HeaderName.CSEQ,
            HeaderName.VIA,
            HeaderName.ROUTE,
            HeaderName.RECORD_ROUTE,
            HeaderName.CONTACT,
            HeaderName.MAX_FORWARDS,
            HeaderName.CONTENT_LENGTH,
            HeaderName.PATH,
            HeaderName.RSEQ,
            HeaderName.RACK);

    /** Those of them that an application may give. */
    private static final Set<HeaderName> FREE_OF_THE_LEG =
            Set.of(HeaderName.FROM, HeaderName.TO, HeaderName.CONTACT, HeaderName.ROUTE, HeaderName.MAX_FORWARDS);

    private RequestCopier() {}

    /**
     * A request that begins the other leg; Max-Forwards is one less (RFC 7332), the rest of Route stays.
     *
     * @throws IllegalArgumentException if Max-Forwards of the original is 0
     */
    public static Request.Builder initial(Request original, NameAddr from, NameAddr to, String callId, long cseq) {
        int maxForwards = original.maxForwards();
        if (maxForwards == 0) {
            throw new IllegalArgumentException(
                    "Max-Forwards of " + original.method() + ' ' + original.callId() + " is 0");
        }
        Request.Builder copy = Request.builder(original.method(), original.uri())
                .add(HeaderName.MAX_FORWARDS, Integer.toString(maxForwards < 0 ? 70 : maxForwards - 1))
                .add(HeaderName.FROM, from.toString())
                .add(HeaderName.TO, to.toString())
                .add(HeaderName.CALL_ID, callId)
                .add(HeaderName.CSEQ, cseq + " " + original.method().name());
        original.headers().all(HeaderName.ROUTE).forEach(route -> copy.add(HeaderName.ROUTE, route));
        if (original.method().equals(Method.REGISTER)) {
            original.headers().all(HeaderName.CONTACT).forEach(contact -> copy.add(HeaderName.CONTACT, contact));
        }
        copyRest(original, copy);
        return copy;
    }

    /** Header fields and body of a request in the dialog of one leg, for a request in the dialog of the other. */
    public static void copyRest(Request original, Request.Builder copy) {
        original.headers().forEach((name, value) -> {
            if (!OF_THE_LEG.contains(name)) {
                copy.add(name, value);
            }
        });
        copy.body(original.body()).forbid(original.forbidden());
    }

    /**
     * Refuses the header fields of the container.
     *
     * @throws IllegalArgumentException naming a system header other than From, To, Contact and Route
     */
    public static void requireReplaceable(Set<String> names) {
        for (String name : names) {
            HeaderName header = HeaderName.of(name);
            if (OF_THE_LEG.contains(header) && !FREE_OF_THE_LEG.contains(header)) {
                throw new IllegalArgumentException(
                        name + " is a system header; the container sets it (JSR 289 §4.1.3)");
            }
        }
    }

    /**
     * Header fields as the application gives them: they replace the copied ones, an empty list removes. From, To and Contact
     * are left to the caller.
     */
    public static void override(Request.Builder copy, Map<String, List<String>> headers) {
        requireReplaceable(headers.keySet());
        headers.forEach((name, values) -> {
            HeaderName header = HeaderName.of(name);
            if (header.equals(HeaderName.ROUTE)) {
                copy.remove(header);
                values.forEach(value -> copy.add(header, value));
            } else if (!OF_THE_LEG.contains(header) || header.equals(HeaderName.MAX_FORWARDS)) {
                copy.remove(header);
                values.forEach(value -> copy.add(header, value));
            }
        });
    }
}
