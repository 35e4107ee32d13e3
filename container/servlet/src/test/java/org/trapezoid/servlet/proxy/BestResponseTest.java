// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.proxy.ProxyBench.request;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** RFC 3261 §16.7 step 6. */
class BestResponseTest {
    private static final Request INVITE = ProxyBench.parse(request("INVITE", "sip:bob@example.com"));

    @ParameterizedTest
    @Checklist("P17")
    @Rfc(value = 3261, section = "16.7")
    @CsvSource({
        "404 603 302, 603",
        "500 404 302, 302",
        "500 404 486, 404",
        "404 401, 401",
        "404 407, 407",
        "404 415, 415",
        "404 420, 420",
        "404 484, 484",
        "408 404, 404",
        "487 486, 486",
        "503 504, 504",
        "503 500, 500",
        "503 503, 500",
        "600 603, 600"
    })
    void prefersSomeResponsesToOthers(String statuses, int best) {
        ResponseContext context = new ResponseContext();
        for (String status : statuses.split(" ")) {
            context.offerOwn(Response.to(INVITE, Integer.parseInt(status)).build());
        }

        assertThat(context.best().orElseThrow().response().status()).isEqualTo(best);
    }

    @Test
    void isNotThereBeforeAnybodyAnswered() {
        assertThat(new ResponseContext().best()).isEmpty();
    }

    @Test
    void knowsARequestPassedToAnotherApplicationFromALoop() {
        LoopDetector loops = new LoopDetector(1);
        RoutingState next = new RoutingState(
                RoutingState.NEW.directive(),
                RoutingState.NEW.region(),
                RoutingState.NEW.stateInfo(),
                RoutingState.NEW.subscriber(),
                java.util.Optional.of("next"),
                RoutingState.NEW.arrival());

        assertThat(loops.branchPart(INVITE, next)).isNotEqualTo(loops.branchPart(INVITE, RoutingState.NEW));
        assertThat(new LoopDetector(2).branchPart(INVITE, next)).isNotEqualTo(loops.branchPart(INVITE, next));
    }
}
