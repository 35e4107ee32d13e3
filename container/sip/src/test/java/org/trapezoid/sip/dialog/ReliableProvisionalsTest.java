// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.RAck;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Uri;

class ReliableProvisionalsTest {
    private static final Duration T1 = Duration.ofMillis(500);

    private final ManualClock clock = new ManualClock();
    private final Strand strand = clock.strands().create();
    private final List<Response> sent = new ArrayList<>();
    private final List<Long> sentAt = new ArrayList<>();
    private final List<Response> unacknowledged = new ArrayList<>();
    private final ReliableProvisionals provisionals =
            new ReliableProvisionals(strand, clock, T1, new Random(3262), new ReliableProvisionals.Listener() {
                @Override
                public void transmit(Response provisional) {
                    sent.add(provisional);
                    sentAt.add(clock.elapsed().toMillis());
                }

                @Override
                public void onUnacknowledged(Response provisional) {
                    unacknowledged.add(provisional);
                }
            });

    private static Response.Builder response(int status) {
        var invite = Request.builder(Method.INVITE, Uri.parse("sip:bob@biloxi.com"))
                .add(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK776asdhds")
                .add(HeaderName.FROM, "<sip:alice@atlanta.com>;tag=1928301774")
                .add(HeaderName.TO, "<sip:bob@biloxi.com>")
                .add(HeaderName.CALL_ID, "a84b4c76e66710")
                .add(HeaderName.CSEQ, "7 INVITE")
                .build();
        return Response.to(invite, status).set(HeaderName.TO, "<sip:bob@biloxi.com>;tag=a6c85cf");
    }

    private static long rseq(Response response) {
        return Long.parseLong(response.headers().first(HeaderName.RSEQ).orElseThrow());
    }

    private static RAck rack(Response response) {
        return new RAck(rseq(response), 7, "INVITE");
    }

    private Response send(int status) {
        return strand.call(() -> provisionals.send(response(status).build()));
    }

    private boolean acknowledge(RAck rack) {
        return strand.call(() -> provisionals.acknowledge(rack)).isPresent();
    }

    @Test
    @Rfc(value = 3262, section = "3")
    @Checklist("D22")
    void numbersFromARandomStartUpByOne() {
        var first = send(180);
        var second = send(183);

        assertThat(rseq(first)).isBetween(1L, (1L << 31) - 1);
        assertThat(rseq(second)).isEqualTo(rseq(first) + 1);
        assertThat(first.headers().values(HeaderName.REQUIRE)).containsExactly("100rel");
    }

    @Test
    @Rfc(value = 3262, section = "3")
    void keepsARequireOfTheApplication() {
        var sent = strand.call(() -> provisionals.send(
                response(180).add(HeaderName.REQUIRE, "foo, 100REL").build()));

        assertThat(sent.headers().values(HeaderName.REQUIRE)).containsExactly("foo", "100REL");
    }

    @Test
    @Rfc(value = 3262, section = "3")
    @Checklist("D22")
    void sendsTheNextOnlyAfterThePrackOfTheOneBefore() {
        var first = send(180);
        var second = send(183);
        assertThat(sent).containsExactly(first);

        assertThat(acknowledge(rack(first))).isTrue();

        assertThat(sent).containsExactly(first, second);
        assertThat(acknowledge(rack(second))).isTrue();
        assertThat(provisionals.hasUnacknowledged()).isFalse();
        assertThat(clock.pendingTimers()).isZero();
    }

    @Test
    @Rfc(value = 3262, section = "3")
    @Checklist("D22")
    void doublesTheRetransmitIntervalWithoutLimitThenGivesUp() {
        var ringing = send(180);

        clock.advance(Duration.ofMinutes(1));

        assertThat(sentAt).containsExactly(0L, 500L, 1500L, 3500L, 7500L, 15500L, 31500L);
        assertThat(unacknowledged).containsExactly(ringing);
        assertThat(clock.pendingTimers()).isZero();
    }

    @Test
    @Rfc(value = 3262, section = "3")
    @Checklist("D22")
    void stopsRetransmittingOnPrack() {
        var ringing = send(180);
        clock.advance(Duration.ofMillis(600));

        assertThat(acknowledge(rack(ringing))).isTrue();
        clock.advance(Duration.ofMinutes(1));

        assertThat(sentAt).containsExactly(0L, 500L);
        assertThat(unacknowledged).isEmpty();
    }

    @Test
    @Rfc(value = 3262, section = "3")
    @Checklist("D22")
    void matchesAllPartsOfRAck() {
        var ringing = send(180);
        var queued = send(183);

        assertThat(acknowledge(new RAck(rseq(ringing) + 5, 7, "INVITE"))).isFalse();
        assertThat(acknowledge(new RAck(rseq(ringing), 8, "INVITE"))).isFalse();
        assertThat(acknowledge(new RAck(rseq(ringing), 7, "UPDATE"))).isFalse();
        assertThat(acknowledge(rack(queued))).isFalse();
        assertThat(acknowledge(rack(ringing))).isTrue();
        assertThat(acknowledge(rack(ringing))).isFalse();
    }

    @Test
    @Rfc(value = 3262, section = "3")
    void holdsASuccessWhileASessionDescriptionIsUnacknowledged() {
        var plain = send(180);
        assertThat(provisionals.holdsSuccess()).isFalse();
        strand.run(() -> provisionals.send(response(183)
                .add(HeaderName.CONTENT_TYPE, "application/sdp")
                .body("v=0\r\n".getBytes(StandardCharsets.US_ASCII))
                .build()));
        assertThat(provisionals.holdsSuccess()).isTrue();

        acknowledge(rack(plain));
        acknowledge(rack(sent.get(1)));

        assertThat(provisionals.holdsSuccess()).isFalse();
    }

    @Test
    @Rfc(value = 3262, section = "3")
    void sendsNothingNewAfterTheFinalResponseButMatchesALatePrack() {
        var ringing = send(180);
        var queued = send(183);

        strand.run(provisionals::stop);
        clock.advance(Duration.ofMinutes(1));

        assertThat(sentAt).containsExactly(0L);
        assertThat(unacknowledged).isEmpty();
        assertThatThrownBy(() -> send(183)).isInstanceOf(DialogStateException.class);
        assertThat(acknowledge(rack(ringing))).isTrue();
        assertThat(acknowledge(rack(queued))).isFalse();
        assertThat(sent).containsExactly(ringing);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 200, 486})
    @Rfc(value = 3262, section = "3")
    void refusesWhatCannotBeReliable(int status) {
        assertThatThrownBy(() -> send(status)).isInstanceOf(DialogStateException.class);
    }
}
