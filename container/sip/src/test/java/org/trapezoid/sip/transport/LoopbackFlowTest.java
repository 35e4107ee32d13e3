// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.uri.HostPort;

class LoopbackFlowTest {
    private final Deque<Runnable> posted = new ArrayDeque<>();
    private final List<String> delivered = new ArrayList<>();
    private final List<Flow> flows = new ArrayList<>();
    private final Listener listener =
            new Listener(Protocol.UDP, new InetSocketAddress("192.0.2.1", 5060), HostPort.parse("192.0.2.1:5060"));
    private final LoopbackFlow flow = new LoopbackFlow(
            listener,
            new MessageHandler() {
                @Override
                public void onRequest(Flow from, Request request) {
                    flows.add(from);
                    delivered.add(request.callId());
                }

                @Override
                public void onResponse(Flow from, Response response) {
                    flows.add(from);
                    delivered.add(Integer.toString(response.status()));
                }
            },
            posted::add,
            new LoopbackFlow.Written(new byte[] {1}));

    @Test
    void deliversInOrderAndNeverInsideSend() {
        flow.send(Texts.request("one"), failure -> {});
        flow.send(Texts.ok("SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa"), failure -> {});
        List<String> whileSending = List.copyOf(delivered);

        posted.forEach(Runnable::run);

        assertThat(whileSending).isEmpty();
        assertThat(delivered).containsExactly("one", "200");
        assertThat(flows).containsOnly(flow);
        assertThat(flow.attachment().toBytes()).containsExactly(1);
        assertThat(flow.isReliable()).isTrue();
    }
}
