// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.trapezoid.sip.message.Response;

/** Writes down what a client transaction tells: a status, {@code timeout}, {@code error} or {@code terminated}. */
final class RecordingClientUser implements ClientUser {
    final List<String> events = new ArrayList<>();
    final List<Response> responses = new ArrayList<>();
    final List<IOException> errors = new ArrayList<>();

    @Override
    public void onResponse(Response response) {
        events.add(Integer.toString(response.status()));
        responses.add(response);
    }

    @Override
    public void onTimeout() {
        events.add("timeout");
    }

    @Override
    public void onTransportError(IOException cause) {
        events.add("error");
        errors.add(cause);
    }

    @Override
    public void onTerminated() {
        events.add("terminated");
    }
}
