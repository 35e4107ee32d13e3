// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whether the phones of each call tell the same story when it is over. */
public final class Agreement {

    private Agreement() {}

    /** @param undisturbed whether no message was lost for good; what must be true only then is looked at only then */
    public static void check(List<Phone> phones, boolean undisturbed, Findings findings) {
        Map<String, List<PhoneCall>> sides = new LinkedHashMap<>();
        for (Phone phone : phones) {
            for (PhoneCall call : phone.calls()) {
                sides.computeIfAbsent(call.label(), label -> new ArrayList<>(3)).add(call);
                if (!call.isOver()) {
                    findings.add(phone.name(), "does not know that the call is over: " + call);
                }
            }
        }
        if (undisturbed) {
            sides.values().forEach(calls -> compare(calls, findings));
        }
    }

    private static void compare(List<PhoneCall> calls, Findings findings) {
        for (PhoneCall side : calls) {
            if (side.rangOn()) {
                findings.add(side.phone().name(), "rang for ten minutes, nobody cancelled it: " + calls);
            }
            if (side.end() == PhoneCall.End.HUNG_UP) {
                hungUp(side, calls, findings);
            } else if (side.end() == PhoneCall.End.NO_ACK) {
                findings.add(side.phone().name(), "answered and got no ACK: " + side);
            } else if (side.end() == PhoneCall.End.HUNG_UP_BY_PEER && calls.size() > 1 && !oneHungUp(calls)) {
                findings.add(side.phone().name(), "was hung up by nobody: " + calls);
            }
            boolean refused = side.isCaller() && side.end() == PhoneCall.End.REFUSED && !side.wasCancelled();
            if (refused && calls.stream().anyMatch(PhoneCall::wasAcknowledged)) {
                findings.add(side.phone().name(), "was refused in a call that was answered: " + calls);
            }
        }
    }

    private static boolean oneHungUp(List<PhoneCall> calls) {
        return calls.stream().anyMatch(call -> call.end() == PhoneCall.End.HUNG_UP || call.wasCancelled());
    }

    private static void hungUp(PhoneCall side, List<PhoneCall> calls, Findings findings) {
        if (side.byeStatus() == 481) {
            boolean crossed = calls.size() < 2
                    || side.hasGotBye()
                    || calls.stream()
                            .anyMatch(other ->
                                    other != side && other.wasAnswered() && other.end() == PhoneCall.End.HUNG_UP);
            if (!crossed) {
                findings.add(side.phone().name(), "hung up a call that the others had forgotten: " + calls);
            }
        } else if (side.byeStatus() < 200 || side.byeStatus() > 299) {
            findings.add(side.phone().name(), "could not hang up, " + side.byeStatus() + ": " + calls);
        }
    }
}
