// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.SipServletRequest;
import java.util.Iterator;
import java.util.OptionalInt;
import org.trapezoid.samples.Tokens;

/** What a REGISTER asks of RFC 5626, as its registrar sees it (§6). Immutable. */
final class Outbound {
    static final int FIRST_HOP_LACKS_OUTBOUND = 439;

    private final boolean asked;
    private final boolean direct;
    private final boolean firstHopAble;
    private final boolean several;

    private Outbound(boolean asked, boolean direct, boolean firstHopAble, boolean several) {
        this.asked = asked;
        this.direct = direct;
        this.firstHopAble = firstHopAble;
        this.several = several;
    }

    static Outbound of(SipServletRequest register) throws ServletParseException {
        boolean flow = false;
        int contacts = 0;
        for (Iterator<Address> each = register.getAddressHeaders("Contact"); each.hasNext(); contacts++) {
            Address contact = each.next();
            flow |= !contact.isWildcard()
                    && contact.getParameter("reg-id") != null
                    && contact.getParameter("+sip.instance") != null;
        }
        boolean supported =
                Tokens.has(register, "Supported", "outbound") || Tokens.has(register, "Require", "outbound");
        return new Outbound(flow && supported, isDirect(register), isFirstHopAble(register), contacts > 1);
    }

    private static boolean isDirect(SipServletRequest register) {
        Iterator<String> vias = register.getHeaders("Via");
        vias.next();
        return !vias.hasNext();
    }

    /** Whether the proxy that the client is connected to, the last one in Path, keeps flows: it says {@code ob}. */
    private static boolean isFirstHopAble(SipServletRequest register) throws ServletParseException {
        Address last = null;
        for (Iterator<Address> each = register.getAddressHeaders("Path"); each.hasNext(); ) {
            last = each.next();
        }
        return last != null && last.getURI().getParameterNameSet().contains("ob");
    }

    /** The status to refuse it with. */
    OptionalInt refusal() {
        if (asked && several) {
            return OptionalInt.of(400); // a flow is registered by itself
        }
        return asked && !direct && !firstHopAble ? OptionalInt.of(FIRST_HOP_LACKS_OUTBOUND) : OptionalInt.empty();
    }

    /** Whether {@code reg-id} counts. */
    boolean isUsed() {
        return asked;
    }

    /** Whether the client is connected to this server. */
    boolean isDirect() {
        return direct;
    }
}
