// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transport.Flow;

/** The transaction user of all new requests; each transaction gets {@link #user}. */
final class RecordingHandler implements RequestHandler {
    final List<ServerTransaction> transactions = Collections.synchronizedList(new ArrayList<>());
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    final List<Request> acks = new ArrayList<>();
    final List<Response> strayResponses = new ArrayList<>();
    final List<Request> strayCancels = new ArrayList<>();
    final RecordingServerUser user = new RecordingServerUser();
    OptionalInt refusal = OptionalInt.empty();
    boolean takesStrayCancels;
    Runnable whileAdmitting = () -> {};
    Consumer<ServerTransaction> onRequest = transaction -> transaction.user(user);

    @Override
    public OptionalInt admit(Flow flow, Request request) {
        asked.add(request.method().name());
        whileAdmitting.run();
        return refusal;
    }

    @Override
    public void onRequest(ServerTransaction transaction, Request request) {
        transactions.add(transaction);
        onRequest.accept(transaction);
    }

    @Override
    public void onAck(Flow flow, Request ack) {
        acks.add(ack);
    }

    @Override
    public boolean onStrayCancel(Flow flow, Request cancel) {
        strayCancels.add(cancel);
        return takesStrayCancels;
    }

    @Override
    public boolean onStrayResponse(Flow flow, Response response) {
        return strayResponses.add(response);
    }
}
