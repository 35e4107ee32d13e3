// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.List;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.servlet.snapshot.Messages;
import org.trapezoid.servlet.snapshot.Transactions;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ServerTransaction;

/**
 * How far the search of a proxy has come, as it is written down; beside it go the transaction, the request and the settings, which
 * are read before all else. An immutable value.
 */
record SavedProxy(boolean cancelled, boolean rejected, List<SavedBranch> branches, List<Final> finals) {

    private static final int TRANSACTION = 1;
    private static final int ORIGINAL = 2;
    private static final int CANCELLED = 3;
    private static final int REJECTED = 4;
    private static final int SETTINGS = 5;
    private static final int BRANCH = 6;
    private static final int FINAL = 7;
    private static final int BRANCH_NUMBER = 1;
    private static final int RESPONSE = 2;

    /**
     * A final response that competes.
     *
     * @param branch which one it came on, -1 for one that the application made
     */
    record Final(int branch, Response response) {

        private void write(FieldWriter out) {
            out.number(BRANCH_NUMBER, branch + 1).bytes(RESPONSE, Messages.bytes(response));
        }

        private static Final read(FieldReader in) {
            return new Final((int) in.number(BRANCH_NUMBER) - 1, Messages.response(in.requiredBytes(RESPONSE)));
        }
    }

    void write(ServerTransaction.Memento transaction, Request original, ProxySettings settings, FieldWriter out) {
        out.part(TRANSACTION, part -> Transactions.write(transaction, part));
        Messages.write(out, ORIGINAL, original);
        out.flag(CANCELLED, cancelled).flag(REJECTED, rejected).part(SETTINGS, settings::write);
        branches.forEach(each -> out.part(BRANCH, part -> each.write(part, settings)));
        finals.forEach(each -> out.part(FINAL, each::write));
    }

    static ServerTransaction.Memento transaction(FieldReader in) {
        return Transactions.server(in.requiredPart(TRANSACTION));
    }

    static Request original(FieldReader in) {
        return Messages.request(in, ORIGINAL);
    }

    /** Changes them to what the application has chosen. */
    static void settings(FieldReader in, ProxySettings configured) {
        configured.read(in.requiredPart(SETTINGS));
    }

    /** @param settings as {@link #settings} has read them */
    static SavedProxy read(FieldReader in, ProxySettings settings) {
        return new SavedProxy(
                in.flag(CANCELLED),
                in.flag(REJECTED),
                in.parts(BRANCH).stream()
                        .map(part -> SavedBranch.read(part, settings))
                        .toList(),
                in.parts(FINAL).stream().map(Final::read).toList());
    }
}
