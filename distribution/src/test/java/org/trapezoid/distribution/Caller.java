// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One call of {@link CallingPhones}: it is made, held and ended. Repeats its requests until they are answered, acknowledges each 2xx
 * whenever it comes, and hangs up on who answers after it was refused (RFC 3261 §13.2.2.4, §17.1). Time is {@code System.nanoTime}.
 */
final class Caller {
    private static final long T1 = Duration.ofMillis(500).toNanos();
    private static final long T2 = Duration.ofSeconds(4).toNanos();
    private static final long LONGEST_TRANSACTION = 64 * T1;
    private static final Pattern ADDRESS = Pattern.compile("sip:(?:[^@>;]*@)?([\\d.]+):?(\\d*)");
    private static final int SIP = 5060;

    private final String callId;
    private final String from; // an address and port
    private final String to;
    private final InetSocketAddress node;
    private final long hold;
    private final Network network;
    private Stage stage = Stage.CALLING;
    private String peer; // To, with the tag once it is known
    private List<String> routes = List.of();
    private String target;
    private InetSocketAddress next; // where requests inside the call go
    private byte[] repeated = {};
    private long interval = T1;
    private long due;
    private long end; // of what is repeated

    private enum Stage {
        CALLING,
        RINGING,
        TALKING,
        HANGING_UP,
        OVER
    }

    /** Where its requests go, and are noted. */
    interface Network {
        void send(String callId, String cseq, byte[] request, InetSocketAddress to) throws IOException;
    }

    /**
     * @param from address and port of the phone
     * @param to the URI that is called
     * @param node whom it is asked of
     */
    Caller(String callId, String from, String to, InetSocketAddress node, Duration hold, Network network) {
        this.callId = callId;
        this.from = from;
        this.to = to;
        this.node = node;
        this.hold = hold.toNanos();
        this.network = network;
        this.peer = "<" + to + ">";
        this.target = to;
        this.next = node;
    }

    void begin(long now) throws IOException {
        String host = from.substring(0, from.indexOf(':'));
        String session = "v=0\r\no=phone 1 1 IN IP4 %1$s\r\ns=-\r\nc=IN IP4 %1$s\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n"
                .formatted(host);
        String more = "Contact: <sip:phone@" + from + ">\r\nContent-Type: application/sdp\r\n";
        repeats(Stage.CALLING, request("INVITE", 1, "i", more, session), now);
        network.send(callId, "1 INVITE", repeated, node);
    }

    /** When {@link #goOn} is to be called. */
    long due() {
        return due;
    }

    boolean isOver() {
        return stage == Stage.OVER;
    }

    /** Over for so long that nobody repeats anything. */
    boolean isForgotten() {
        return stage == Stage.OVER && due == Long.MAX_VALUE;
    }

    void goOn(long now) throws IOException {
        switch (stage) {
            case CALLING -> repeat("1 INVITE", node, Long.MAX_VALUE, now);
            case HANGING_UP -> repeat("2 BYE", next, T2, now);
            case TALKING -> hangUp(now);
            case RINGING -> over(now);
            case OVER -> due = Long.MAX_VALUE;
        }
    }

    private void repeats(Stage newStage, byte[] request, long now) {
        stage = newStage;
        repeated = request;
        interval = T1;
        due = now + interval;
        end = now + LONGEST_TRANSACTION;
    }

    private void repeat(String cseq, InetSocketAddress where, long longest, long now) throws IOException {
        if (now >= end) {
            over(now);
            return;
        }
        network.send(callId, cseq, repeated, where);
        interval = Math.min(2 * interval, longest);
        due = now + interval;
    }

    private void hangUp(long now) throws IOException {
        repeats(Stage.HANGING_UP, request("BYE", 2, "b", "", ""), now);
        network.send(callId, "2 BYE", repeated, next);
    }

    /** From now on it only acknowledges what is repeated. */
    void over(long now) {
        stage = Stage.OVER;
        repeated = new byte[0];
        due = now + LONGEST_TRANSACTION;
    }

    /** @param method of the request that is answered */
    void answered(Wire answer, String method, long now) throws IOException {
        int status = answer.status();
        if (method.equals("BYE")) {
            if (status >= 200 && stage == Stage.HANGING_UP) {
                over(now);
            }
        } else if (status < 200) {
            if (stage == Stage.CALLING) {
                stage = Stage.RINGING;
                due = now + LONGEST_TRANSACTION;
            }
        } else if (status < 300) {
            succeeded(answer, now);
        } else {
            refused(answer, now);
        }
    }

    private void succeeded(Wire answer, long now) throws IOException {
        boolean first = target.equals(to);
        if (first) {
            peer = answer.header("To");
            target = answer.contact();
            routes = answer.headers("Record-Route");
            Collections.reverse(routes);
            next = address(routes.isEmpty() ? target : routes.get(0));
        }
        network.send(callId, "1 ACK", request("ACK", 1, "a", "", ""), next);
        if (first && stage == Stage.OVER) { // it was refused before
            hangUp(now);
        } else if (first) {
            stage = Stage.TALKING;
            due = now + hold;
        }
    }

    private void refused(Wire answer, long now) throws IOException {
        if (target.equals(to)) { // else it was answered before
            peer = answer.header("To");
            network.send(callId, "1 ACK", request("ACK", 1, "i", "", ""), node);
            peer = "<" + to + ">";
            if (stage != Stage.OVER) {
                over(now);
            }
        }
    }

    private static InetSocketAddress address(String route) {
        Matcher matcher = ADDRESS.matcher(route);
        if (!matcher.find()) {
            throw new IllegalArgumentException("no address: " + route);
        }
        return new InetSocketAddress(
                matcher.group(1), matcher.group(2).isEmpty() ? SIP : Integer.parseInt(matcher.group(2)));
    }

    private byte[] request(String method, int cseq, String branch, String more, String body) {
        StringBuilder text = new StringBuilder(method + " " + (branch.equals("i") ? to : target) + " SIP/2.0\r\n");
        text.append("Via: SIP/2.0/UDP ")
                .append(from)
                .append(";branch=z9hG4bK")
                .append(callId)
                .append(branch);
        text.append(";rport\r\nMax-Forwards: 70\r\nFrom: <sip:alice@elsewhere.test>;tag=")
                .append(callId);
        text.append("\r\nTo: ")
                .append(peer)
                .append("\r\nCall-ID: ")
                .append(callId)
                .append("\r\n");
        text.append("CSeq: ").append(cseq).append(' ').append(method).append("\r\n");
        routes.forEach(route -> text.append("Route: ").append(route).append("\r\n"));
        text.append(more)
                .append("Content-Length: ")
                .append(body.length())
                .append("\r\n\r\n")
                .append(body);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
