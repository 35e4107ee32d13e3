// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A phone that many call at a time: it rings at once, answers after a while, and lets the caller hang up. It repeats its 200 until the ACK is
 * there or half a minute has passed, and its answers as often as a request comes, whoever repeats it (RFC 3261 §13.3.1.4, §17.2): SIPp does not when another node has
 * taken a call over. A program of its own, since it has to be in the network of the phones; its argument is its address. It ends with its
 * input. One thread, and one that waits for that.
 */
final class AnsweringPhone {
    private static final int LONGEST_DATAGRAM = 65_535;
    private static final long RINGS = Duration.ofMillis(1500).toNanos();
    private static final long T1 = Duration.ofMillis(500).toNanos();
    private static final long T2 = Duration.ofSeconds(4).toNanos();
    private static final long TIMER_J = 64 * T1;
    private static final long NO_ACK = 64 * T1; // RFC 3261 §13.3.1.4

    private final DatagramSocket socket;
    private final String contact;
    private final String session;
    private final Map<String, Call> calls = new HashMap<>(); // by Call-ID
    private final Queue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::at));
    private volatile boolean ended;

    /** A request, of which only what an answer needs is read: there are many. */
    private record Asked(String method, String callId, String copied) {
        private static final List<String> COPIED =
                List.of("via:", "from:", "to:", "call-id:", "cseq:", "record-route:");

        static Asked read(byte[] bytes, int length) {
            StringBuilder copied = new StringBuilder(length);
            String callId = "";
            String[] lines = new String(bytes, 0, length, StandardCharsets.UTF_8).split("\r\n");
            for (String line : lines) {
                if (line.isEmpty()) {
                    break;
                }
                String name = line.substring(0, line.indexOf(':') + 1).toLowerCase(Locale.ROOT);
                if (COPIED.contains(name)) {
                    boolean untagged = name.equals("to:") && !line.contains("tag=");
                    copied.append(line).append(untagged ? ";tag=phone\r\n" : "\r\n");
                }
                if (name.equals("call-id:")) {
                    callId = line.substring(name.length()).strip();
                }
            }
            return new Asked(lines[0].substring(0, lines[0].indexOf(' ')), callId, copied.toString());
        }
    }

    /** One call, and what it is answered with at present. */
    private static final class Call {
        private @Nullable Asked invite; // until it is acknowledged
        private SocketAddress from;
        private boolean answered;
        private long answeredAt;
        private boolean over;
        private long interval = T1;

        Call(Asked invite, SocketAddress from) {
            this.invite = invite;
            this.from = from;
        }
    }

    /** When something is to be done for a call again. */
    private record Due(long at, String callId) {}

    private AnsweringPhone(String address) throws IOException {
        InetSocketAddress own = Endpoint.parse(address).address();
        socket = PhoneSocket.open(own);
        contact = "sip:phone@" + address;
        session = "v=0\r\no=phone 1 1 IN IP4 " + own.getHostString() + "\r\ns=-\r\nc=IN IP4 " + own.getHostString()
                + "\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n";
    }

    public static void main(String[] arguments) throws IOException {
        AnsweringPhone phone = new AnsweringPhone(arguments[0]);
        Thread input = new Thread(phone::awaitEnd, "input");
        input.setDaemon(true);
        input.start();
        phone.run();
    }

    private void awaitEnd() {
        try (InputStream in = System.in) {
            while (in.read() >= 0) {
                // nothing is asked of it
            }
        } catch (IOException e) {
            System.out.println(e);
        }
        ended = true;
    }

    private void run() throws IOException {
        byte[] buffer = new byte[LONGEST_DATAGRAM];
        while (!ended) {
            for (Due next = due.peek(); next != null && next.at() <= System.nanoTime(); next = due.peek()) {
                due.remove();
                goOn(next.callId());
            }
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
                received(Asked.read(buffer, packet.getLength()), packet.getSocketAddress());
            } catch (SocketTimeoutException e) {
                // nothing came
            }
        }
    }

    private void received(Asked request, SocketAddress from) throws IOException {
        @Nullable Call call = calls.get(request.callId());
        switch (request.method()) {
            case "INVITE" -> invited(call, request, from);
            case "ACK" -> {
                if (call != null && call.answered) {
                    call.invite = null;
                }
            }
            case "BYE" -> {
                send(call == null ? "481 Call/Transaction Does Not Exist" : "200 OK", request, "", from);
                if (call != null && !call.over) {
                    call.over = true;
                    call.invite = null;
                    due.add(new Due(System.nanoTime() + TIMER_J, request.callId()));
                }
            }
            default -> send("200 OK", request, "", from);
        }
    }

    private void invited(@Nullable Call known, Asked invite, SocketAddress from) throws IOException {
        if (known == null) {
            calls.put(invite.callId(), new Call(invite, from));
            due.add(new Due(System.nanoTime() + RINGS, invite.callId()));
            send("180 Ringing", invite, "", from);
        } else if (!known.answered) {
            known.invite = invite;
            known.from = from;
            send("180 Ringing", invite, "", from);
        } else {
            send("200 OK", invite, session, from);
        }
    }

    private void goOn(String callId) throws IOException {
        Call call = calls.get(callId);
        if (call == null || call.over) {
            calls.remove(callId);
        } else if (call.invite != null) {
            if (!call.answered) {
                call.answered = true;
                call.answeredAt = System.nanoTime();
            } else if (System.nanoTime() - call.answeredAt > NO_ACK) {
                calls.remove(callId);
                return;
            }
            send("200 OK", call.invite, session, call.from);
            due.add(new Due(System.nanoTime() + call.interval, callId));
            call.interval = Math.min(2 * call.interval, T2);
        }
    }

    private void send(String status, Asked request, String body, SocketAddress to) throws IOException {
        byte[] answer = ("SIP/2.0 " + status + "\r\n" + request.copied() + "Contact: <" + contact + ">\r\n"
                        + (body.isEmpty() ? "" : "Content-Type: application/sdp\r\n")
                        + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
        socket.send(new DatagramPacket(answer, answer.length, to));
    }
}
