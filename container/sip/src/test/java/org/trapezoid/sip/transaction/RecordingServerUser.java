// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.trapezoid.sip.message.Request;

/** Writes down what a server transaction tells. */
final class RecordingServerUser implements ServerUser {
    final List<String> events = new ArrayList<>();

    @Override
    public void onCancel(Request cancel) {
        events.add("cancel");
    }

    @Override
    public void onAck(Request ack) {
        events.add("ack");
    }

    @Override
    public void onTimeout() {
        events.add("timeout");
    }

    @Override
    public void onTransportError(IOException cause) {
        events.add("error");
    }

    @Override
    public void onTerminated() {
        events.add("terminated");
    }
}
