// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.trapezoid.sip.dialog.RouteSet;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.Uri;

/**
 * A record-routed call, of which a BYE is made as one of its ends would have sent it: so it comes in here, and goes on as that
 * one would have gone (RFC 3261 §12.2.1.1). An immutable value.
 *
 * @param invite as it came in
 * @param caller with the tag
 * @param callee with the tag
 * @param calleeContact where the callee is
 * @param recordRoutes as the 2xx carried them
 */
public record PassedCall(
        Request invite, NameAddr caller, NameAddr callee, String calleeContact, List<String> recordRoutes) {

    /**
     * In the name of the caller.
     *
     * @param last the last number that it used in the dialog, 0 for none
     * @param here the routes of this call that lead here; those before them were passed already
     */
    public Request byeToCallee(long last, Predicate<Uri> here) {
        List<String> routes = new ArrayList<>(routes());
        Collections.reverse(routes); // the route set of the caller, RFC 3261 §12.1.2
        long cseq = Math.max(invite.cseq().number(), last) + 1;
        return bye(NameAddr.parse(calleeContact), caller, callee, cseq, routes, here);
    }

    /** In the name of the callee; the parameters are as those of {@link #byeToCallee}. */
    public Request byeToCaller(long last, Predicate<Uri> here) {
        NameAddr target =
                invite.headers().first(HeaderName.CONTACT).map(NameAddr::parse).orElse(invite.from());
        return bye(target, callee, caller, last + 1, routes(), here);
    }

    /** One by one: a line may hold several. */
    private List<String> routes() {
        Request.Builder holder = Request.builder(Method.BYE, Uri.parse("sip:route.invalid"));
        recordRoutes.forEach(line -> holder.add(HeaderName.RECORD_ROUTE, line));
        return holder.build().headers().values(HeaderName.RECORD_ROUTE);
    }

    private Request bye(
            NameAddr target, NameAddr from, NameAddr to, long cseq, List<String> routes, Predicate<Uri> here) {
        Request.Builder bye = Request.builder(Method.BYE, RouteSet.asRequestUri(target.uri()))
                .add(HeaderName.FROM, from.toString())
                .add(HeaderName.TO, to.toString())
                .add(HeaderName.CALL_ID, invite.callId())
                .add(HeaderName.CSEQ, cseq + " BYE")
                .add(HeaderName.MAX_FORWARDS, "70");
        boolean reached = false;
        for (String route : routes) {
            reached = reached || here.test(NameAddr.parse(route).uri());
            if (reached) {
                bye.add(HeaderName.ROUTE, route);
            }
        }
        return bye.build();
    }
}
