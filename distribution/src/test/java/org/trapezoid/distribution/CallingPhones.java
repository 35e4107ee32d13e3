// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.BufferedWriter;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;

/**
 * Phones that call all the time; a program of its own, since it has to be in the network of the phones. Its arguments are its address, the
 * seconds in which the rate grows, the seconds in which it is full, a directory, and for each {@link Series} five more. Of what each series
 * sends and receives, a line is written to a file of that directory, for {@link CallLog}. It ends when all calls have. One thread.
 *
 * <p>SIPp does not do for calls that move to another node: it no longer repeats a BYE when the 200 to the INVITE is repeated meanwhile.
 */
final class CallingPhones implements Caller.Network {
    private static final int LONGEST_DATAGRAM = 65_535;
    private static final int MOST_AT_ONCE = 50;

    private final String own;
    private final Ramp ramp;
    private final int time;
    private final DatagramSocket socket;
    private final List<Series> all = new ArrayList<>();
    private final Map<String, Caller> callers = new HashMap<>(); // by Call-ID
    private final Queue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::at));
    private final long began = System.nanoTime();

    /** Calls at one node for one URI, of which a file tells. */
    private static final class Series {
        private static final int ARGUMENTS = 5;

        private final String name;
        private final InetSocketAddress node;
        private final String to;
        private final int rate;
        private final Duration hold;
        private final BufferedWriter log;
        private int begun;

        /** @param arguments name, address and port of the node, URI, calls a second, seconds that a call lasts */
        Series(List<String> arguments, Path directory) throws IOException {
            name = arguments.get(0);
            node = Endpoint.parse(arguments.get(1)).address();
            to = arguments.get(2);
            rate = Integer.parseInt(arguments.get(3));
            hold = Duration.ofSeconds(Integer.parseInt(arguments.get(4)));
            log = Files.newBufferedWriter(directory.resolve(name + ".log"));
        }

        /** The time, R or S, Call-ID, CSeq, first line. */
        void note(char way, String callId, String cseq, String line) throws IOException {
            log.write(Instant.now() + "\t" + way + "\t" + callId + "\t" + cseq + "\t" + line + "\n");
        }
    }

    /** When something may be to do for a call; it may have come to pass by other means. */
    private record Due(long at, String callId) {}

    private CallingPhones(List<String> arguments) throws IOException {
        own = arguments.get(0);
        ramp = new Ramp(Integer.parseInt(arguments.get(1)));
        time = Integer.parseInt(arguments.get(2));
        int first = 4;
        for (int i = first; i < arguments.size(); i += Series.ARGUMENTS) {
            all.add(new Series(arguments.subList(i, i + Series.ARGUMENTS), Path.of(arguments.get(first - 1))));
        }
        socket = PhoneSocket.open(Endpoint.parse(own).address());
    }

    public static void main(String[] arguments) throws IOException {
        CallingPhones phones = new CallingPhones(List.of(arguments));
        phones.run();
        for (Series series : phones.all) {
            series.log.close();
        }
    }

    private void run() throws IOException {
        byte[] buffer = new byte[LONGEST_DATAGRAM];
        boolean more = true;
        while (more || callers.values().stream().anyMatch(caller -> !caller.isOver())) {
            more = call();
            goOn();
            try {
                for (int i = 0; i < MOST_AT_ONCE; i++) {
                    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                    socket.receive(packet);
                    String text = new String(buffer, 0, packet.getLength(), StandardCharsets.UTF_8);
                    received(text, (InetSocketAddress) packet.getSocketAddress());
                }
            } catch (SocketTimeoutException e) {
                // nothing came
            }
        }
    }

    /** Whether calls are still to begin. */
    private boolean call() throws IOException {
        double elapsed = Math.min((System.nanoTime() - began) / 1e9, (double) ramp.seconds() + time);
        for (Series series : all) {
            for (int wanted = ramp.calls(series.rate, elapsed); series.begun < wanted; series.begun++) {
                String callId = series.name + "-" + series.begun;
                Caller caller = new Caller(callId, own, series.to, series.node, series.hold, this);
                callers.put(callId, caller);
                caller.begin(System.nanoTime());
                due.add(new Due(caller.due(), callId));
            }
        }
        return elapsed < ramp.seconds() + time;
    }

    private void goOn() throws IOException {
        for (Due next = due.peek(); next != null && next.at() <= System.nanoTime(); next = due.peek()) {
            due.remove();
            Caller caller = callers.get(next.callId());
            if (caller != null && caller.due() == next.at()) {
                caller.goOn(System.nanoTime());
                if (caller.isForgotten()) {
                    callers.remove(next.callId());
                } else {
                    due.add(new Due(caller.due(), next.callId()));
                }
            }
        }
    }

    private void received(String text, InetSocketAddress from) throws IOException {
        String callId = field(text, "\r\nCall-ID: ");
        String cseq = field(text, "\r\nCSeq: ");
        series(callId).note('R', callId, cseq, text.substring(0, text.indexOf('\r')));
        Wire message = new Wire(false, text);
        boolean request = !text.startsWith("SIP/2.0 ");
        if (request) {
            byte[] ok = message.answer("200 OK", "sip:phone@" + own, "");
            socket.send(new DatagramPacket(ok, ok.length, from));
        }
        Caller caller = callers.get(callId);
        if (caller != null) {
            long before = caller.due();
            if (request) {
                caller.over(System.nanoTime()); // it is a BYE: nothing else is asked of a caller
            } else {
                caller.answered(message, cseq.substring(cseq.indexOf(' ') + 1), System.nanoTime());
            }
            if (caller.due() != before) {
                due.add(new Due(caller.due(), callId));
            }
        }
    }

    /** As the servers write them: there are many messages, and this is fast. */
    private static String field(String text, String name) {
        int at = text.indexOf(name) + name.length();
        return text.substring(at, text.indexOf('\r', at));
    }

    @Override
    public void send(String callId, String cseq, byte[] request, InetSocketAddress to) throws IOException {
        series(callId).note('S', callId, cseq, cseq.substring(cseq.indexOf(' ') + 1) + " to " + to.getHostString());
        socket.send(new DatagramPacket(request, request.length, to));
    }

    private Series series(String callId) {
        return all.stream()
                .filter(series -> callId.startsWith(series.name + "-"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("not one of these: " + callId));
    }
}
