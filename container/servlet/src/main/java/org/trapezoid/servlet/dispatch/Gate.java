// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.app.SipApplication;
import org.trapezoid.servlet.facade.Incoming;
import org.trapezoid.servlet.security.AccountsException;
import org.trapezoid.servlet.security.Admission;
import org.trapezoid.servlet.security.Guard;
import org.trapezoid.servlet.security.Requirement;
import org.trapezoid.sip.concurrent.CallbackMode;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ServerTransaction;

/**
 * Has requests looked at by the guard of their application, as a callback of their transaction: on a worker, where the guard waits
 * for a store of users. Before anything of the application is made or called for them. Thread-safe.
 */
final class Gate {
    private static final Logger log = LoggerFactory.getLogger(Gate.class);

    private Gate() {}

    /** @param admitted goes on in the core section of the transaction */
    static void pass(
            ServerTransaction transaction,
            Request request,
            Incoming incoming,
            SipApplication application,
            Guard guard,
            Requirement requirement,
            BiConsumer<Request, Incoming> admitted) {
        Strand strand = transaction.strand();
        boolean waits = guard.waits(requirement, request, incoming.flow());
        strand.mode(waits ? CallbackMode.worker() : application.mode());
        strand.callback(() -> {
            Admission admission;
            try {
                admission = application.within(
                        request.callId(), () -> guard.admit(requirement, request, incoming.flow(), incoming.sender()));
            } catch (AccountsException e) { // the store has said why
                log.debug("{}: application {} cannot admit it: {}", transaction, application, e.getMessage());
                Strand.run(transaction, transaction::giveUp);
                return;
            } catch (Throwable e) { // a store of the application may throw any Error
                log.warn("application {}: its users cannot be asked", application, e);
                Strand.run(transaction, transaction::giveUp);
                return;
            }
            Strand.run(
                    transaction,
                    () -> admission.fold(
                            (passed, sender) ->
                                    continued(transaction, () -> admitted.accept(passed, incoming.from(sender))),
                            refused -> refuse(transaction, refused, application)));
        });
    }

    private static void continued(ServerTransaction transaction, Runnable rest) {
        try {
            rest.run();
        } catch (RuntimeException | Error e) {
            transaction.giveUp();
            throw e;
        }
    }

    private static void refuse(ServerTransaction transaction, Admission.Refused refused, SipApplication application) {
        log.debug("{}: application {} does not admit it", transaction, application);
        Response.Builder response = transaction.respond(refused.status());
        refused.challenges().forEach(challenge -> response.add(refused.header(), challenge));
        transaction.send(response.build());
    }
}
