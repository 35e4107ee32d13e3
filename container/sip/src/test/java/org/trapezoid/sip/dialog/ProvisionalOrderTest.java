// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Uri;

class ProvisionalOrderTest {
    private final ProvisionalOrder order = new ProvisionalOrder();

    private static Response.Builder response(int status) {
        var invite = Request.builder(Method.INVITE, Uri.parse("sip:bob@biloxi.com"))
                .add(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK776asdhds")
                .add(HeaderName.FROM, "<sip:alice@atlanta.com>;tag=1928301774")
                .add(HeaderName.TO, "<sip:bob@biloxi.com>;tag=a6c85cf")
                .add(HeaderName.CALL_ID, "a84b4c76e66710")
                .add(HeaderName.CSEQ, "7 INVITE")
                .build();
        return Response.to(invite, status);
    }

    private static Response reliable(long rseq) {
        return response(183)
                .add(HeaderName.REQUIRE, "100rel")
                .add(HeaderName.RSEQ, Long.toString(rseq))
                .build();
    }

    @Test
    @Rfc(value = 3262, section = "4")
    @Checklist("D22")
    void startsAtAnyNumberAndDropsDuplicates() {
        var first = reliable(4_294_967_290L);
        var second = reliable(4_294_967_291L);

        assertThat(order.receive(first)).containsExactly(first);
        assertThat(order.receive(first)).isEmpty();
        assertThat(order.receive(second)).containsExactly(second);
        assertThat(order.receive(first)).isEmpty();
    }

    @Test
    @Rfc(value = 3262, section = "4")
    @Checklist("D22")
    void holdsBackWhatArrivesTooEarly() {
        var first = reliable(10);
        var second = reliable(11);
        var third = reliable(12);
        order.receive(first);

        assertThat(order.receive(third)).isEmpty();
        assertThat(order.receive(third)).isEmpty();
        assertThat(order.receive(second)).containsExactly(second, third);
        assertThat(order.receive(third)).isEmpty();
    }

    @Test
    void holdsABoundedNumber() {
        order.receive(reliable(1));
        for (int rseq = 3; rseq < 1000; rseq++) {
            order.receive(reliable(rseq));
        }

        assertThat(order.receive(reliable(2))).hasSizeBetween(2, 20);
    }

    @ParameterizedTest
    @CsvSource({
        "183, 100rel, 1, true",
        "183, 'foo, 100Rel', 4294967295, true",
        "100, 100rel, 1, false",
        "200, 100rel, 1, false",
        "183, foo, 1, false",
        "183, 100rel, 0, false",
        "183, 100rel, 4294967296, false",
        "183, 100rel, 99999999999999999999, false",
        "183, 100rel, -1, false",
        "183, 100rel, x, false"
    })
    @Rfc(value = 3262, section = "7.1")
    void knowsReliableResponses(int status, String require, String rseq, boolean reliable) {
        var response = response(status)
                .add(HeaderName.REQUIRE, require)
                .add(HeaderName.RSEQ, rseq)
                .build();

        assertThat(ProvisionalOrder.isReliable(response)).isEqualTo(reliable);
    }

    @Test
    @Rfc(value = 3262, section = "4")
    void refusesAnUnreliableResponse() {
        var plain = response(183).build();

        assertThat(ProvisionalOrder.isReliable(plain)).isFalse();
        assertThatThrownBy(() -> order.receive(plain)).isInstanceOf(DialogStateException.class);
    }
}
