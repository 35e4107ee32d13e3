// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.List;
import java.util.Set;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

/** The header fields that are the container's (JSR 289 §4.1.3). */
final class SystemHeaders {

    private static final Set<HeaderName> ALWAYS = Set.of(
            HeaderName.FROM,
            HeaderName.TO,
            HeaderName.CALL_ID,
            HeaderName.CSEQ,
            HeaderName.VIA,
            HeaderName.ROUTE,
            HeaderName.RECORD_ROUTE,
            HeaderName.PATH,
            HeaderName.RSEQ,
            HeaderName.RACK);

    /** Parameters of the URI in a Contact that say how it is reached. */
    private static final List<String> OF_CONTACT = List.of("transport", "maddr", "ttl", "lr", "method");

    private SystemHeaders() {}

    static boolean isSystem(HeaderName name, boolean contactIsFree) {
        return ALWAYS.contains(name) || (name.equals(HeaderName.CONTACT) && !contactIsFree);
    }

    /** Whether a change of a Contact leaves where it leads: user, display name and most parameters are free. */
    static boolean leaveContact(String before, String after) {
        try {
            Uri old = NameAddr.parse(before).uri();
            Uri changed = NameAddr.parse(after).uri();
            return (old instanceof SipUri ours && changed instanceof SipUri theirs)
                    ? ours.secure() == theirs.secure()
                            && ours.hostPort().equals(theirs.hostPort())
                            && OF_CONTACT.stream()
                                    .allMatch(name -> ours.parameter(name).equals(theirs.parameter(name)))
                    : old.equals(changed);
        } catch (SyntaxException e) {
            return false;
        }
    }
}
