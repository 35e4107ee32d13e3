// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.proxy.ProxyBench.ALICE;
import static org.trapezoid.servlet.proxy.ProxyBench.BOB;
import static org.trapezoid.servlet.proxy.ProxyBench.CAROL;
import static org.trapezoid.servlet.proxy.ProxyBench.request;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Uri;

/** Redirections become targets: RFC 3261 §16.7 step 4. */
class RecursionTest {
    private final ProxyBench bench = new ProxyBench().proxyTo(ALICE);

    @Test
    @Checklist({"P7", "U15"})
    @Rfc(value = 3261, section = "16.7")
    void callsTheContactsOfARedirection() {
        bench.invite();
        bench.answer(
                ALICE,
                302,
                "Contact: <sip:bob@192.0.2.22;method=INVITE?Subject=x>",
                "Contact: <sip:bob@192.0.2.23>;q=0.5");

        assertThat(bench.requestTo(BOB).uriText()).isEqualTo("sip:bob@192.0.2.22");
        assertThat(bench.methodsTo(CAROL)).containsExactly("INVITE");
        assertThat(bench.statuses()).isEmpty();
        assertThat(bench.core().branches().get(0).recursed()).hasSize(2);

        bench.answer(BOB, 486);
        bench.answer(CAROL, 200);
        assertThat(bench.statuses()).containsExactly(200);
    }

    @Test
    @Checklist({"P7", "R10"})
    void callsTheContactsOneAfterAnotherByPreferenceAndBeforeOtherTargets() {
        bench.settings.parallel(false);
        bench.proxyTo(ALICE, BOB);
        bench.invite();
        bench.answer(ALICE, 302, "Contact: <sip:c1@192.0.2.23>;q=0.2, <sip:c2@192.0.2.23>;q=0.9");

        assertThat(bench.requestTo(CAROL).uriText()).isEqualTo("sip:c2@192.0.2.23");
        bench.answer(CAROL, 486);
        assertThat(bench.requestTo(CAROL).uriText()).isEqualTo("sip:c1@192.0.2.23");
        assertThat(bench.requestsTo(BOB)).isEmpty();
        bench.answer(CAROL, 486);
        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE");
    }

    @Test
    @Checklist({"P7", "U15"})
    void takesTheContactsItUsedOutOfTheResponse() {
        bench.invite();
        bench.answer(ALICE, 302, "Contact: <sip:bob@192.0.2.21>, <sip:bob@192.0.2.22>, <tel:+1234>;q=0.1");
        bench.answer(BOB, 404);

        assertThat(bench.requestsTo(ALICE).stream()
                        .filter(r -> r.method().name().equals("INVITE")))
                .hasSize(1);
        assertThat(bench.statuses()).containsExactly(302);
        assertThat(bench.lastResponse().headers().values(HeaderName.CONTACT))
                .containsExactly("<sip:bob@192.0.2.21>", "<tel:+1234>;q=0.1");
    }

    @Test
    @Checklist("P7")
    void dropsARedirectionWhoseContactsAllBecameTargets() {
        bench.invite();
        bench.answer(ALICE, 302, "Contact: <sip:bob@192.0.2.22>");
        bench.answer(BOB, 480);

        assertThat(bench.statuses()).containsExactly(480);
    }

    @Test
    void forwardsTheRedirectionWhenNotToRecurse() {
        bench.settings.recurse(false);
        bench.invite();
        bench.answer(ALICE, 302, "Contact: <sip:bob@192.0.2.22>");

        assertThat(bench.requestsTo(BOB)).isEmpty();
        assertThat(bench.statuses()).containsExactly(302);
    }

    @Test
    @Checklist("P30")
    @Rfc(value = 5630, section = "5.3")
    void neverGoesFromASecureRequestToAnInsecureContact() {
        bench.application = core -> core.fork(List.of(Uri.parse("sips:bob@192.0.2.21")));
        bench.receive(request("INVITE", "sips:bob@example.com"));
        bench.answer(ALICE, 302, "Contact: <sip:bob@192.0.2.22>");

        assertThat(bench.requestsTo(BOB)).isEmpty();
        assertThat(bench.statuses()).containsExactly(302);
    }

    @Test
    void cancelsWhatBecameOfARedirection() {
        bench.invite();
        bench.answer(ALICE, 302, "Contact: <sip:bob@192.0.2.22>");
        bench.answer(BOB, 180);
        bench.later(core -> core.branches().get(0).cancel(List.of()));

        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE", "CANCEL");
    }
}
