// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.benchmarks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** What a proxy does to the bytes of one INVITE of 900 bytes; the budget is 1.5 µs and 2 KB (run with {@code -prof gc}). */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class MessageBenchmark {
    private static final byte[] INVITE = """
            INVITE sip:+12015550123@biloxi.example;user=phone SIP/2.0
            Via: SIP/2.0/UDP 192.0.2.101:5060;branch=z9hG4bK-524287-1---a84b4c76e66710;rport
            Max-Forwards: 70
            Route: <sip:192.0.2.20:5060;lr;transport=udp>
            Record-Route: <sip:192.0.2.10:5060;lr;transport=udp>
            From: "Alice" <sip:alice@atlanta.example>;tag=1928301774-a6c85cf
            To: <sip:+12015550123@biloxi.example;user=phone>
            Call-ID: a84b4c76e66710-3848276298220188511@pc33.atlanta.example
            CSeq: 314159 INVITE
            Contact: <sip:alice@192.0.2.101:5060;transport=udp>
            Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, UPDATE
            Supported: replaces, timer
            User-Agent: Example Phone 1.0
            Content-Type: application/sdp
            Content-Length: 150

            v=0
            o=mhandley 29739 7272939 IN IP4 192.0.2.15
            s=-
            c=IN IP4 192.0.2.15
            t=0 0
            m=audio 49217 RTP/AVP 0 12
            m=video 3227 RTP/AVP 31
            a=rtpmap:31 LPC
            """.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);

    private final MessageParser parser = new MessageParser(Limits.DEFAULT);
    private final ByteBuffer out = ByteBuffer.allocate(65536);
    private final Request parsed = parse();

    private Request parse() {
        ParseResult result = parser.parseDatagram(INVITE, 0, INVITE.length);
        if (result instanceof ParseResult.Parsed ok && ok.message() instanceof Request request) {
            return request;
        }
        throw new IllegalStateException(result.toString());
    }

    @Benchmark
    public Request parseWithVerdict() {
        return parse();
    }

    @Benchmark
    public int parseAndForward() {
        Request request = parse();
        Request forwarded = request.toBuilder()
                .removeFirst(HeaderName.ROUTE)
                .addFirst(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bKm2x7q4kdn3vzp6a2;rport")
                .set(HeaderName.MAX_FORWARDS, Integer.toString(request.maxForwards() - 1))
                .build();
        out.clear();
        forwarded.writeTo(out);
        return out.position();
    }

    @Benchmark
    public int respond() {
        Response response = Response.to(parsed, 180).toTag("m2x7q4kdn3vzp").build();
        out.clear();
        response.writeTo(out);
        return out.position();
    }

    /** What a transaction layer asks of each message. */
    @Benchmark
    public int parseAndReadIdentity() {
        Request request = parse();
        return request.callId().hashCode()
                + request.topVia().branch().orElse("").hashCode()
                + request.fromTag().orElse("").hashCode()
                + (int) request.cseq().number();
    }
}
