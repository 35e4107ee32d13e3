// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.Binding;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.SipUri;

/** Instances of user agents: their flows (RFC 5626) and their GRUUs (RFC 5627). */
class InstancesTest {
    private static final String ALICE = "sip:alice@example.com";
    private static final String UUID = "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>";

    private final ManualClock clock = new ManualClock();
    private final LocationTable table = table(new byte[32], 1);

    private LocationTable table(byte[] secret, int seed) {
        return new LocationTable(clock.strands().create(), clock, clock, secret, new SplittableRandom(seed));
    }

    private Binding flow(String contact, String instance, int regId) {
        return Binding.of(ALICE, contact, clock.instant().plusSeconds(60), "call-" + instance, 1)
                .withParameters(Map.of("+sip.instance", instance, "reg-id", Integer.toString(regId)))
                .withSource(new Binding.Source("203.0.113.1", 4000 + regId, "TCP", "fl." + regId));
    }

    @Test
    @Rfc(value = 5626, section = "6")
    @Checklist("R13")
    void sameFlowOfAnInstanceTakesTheEarlierOnesPlaceWhateverItsContact() {
        table.bind(flow("sip:a@1.invalid", UUID, 1));

        assertThat(table.bind(flow("sip:a@2.invalid", UUID, 1))).isPresent();

        assertThat(table.lookup(ALICE)).extracting(Binding::contact).containsExactly("sip:a@2.invalid");
    }

    @Test
    @Rfc(value = 5626, section = "6")
    @Checklist("R13")
    void flowsOfAnInstanceStandSideBySideWithOneContact() {
        table.bind(flow("sip:a@10.0.0.1", UUID, 1));
        table.bind(flow("sip:a@10.0.0.1", UUID, 2));
        table.bind(flow("sip:a@10.0.0.1", "<urn:uuid:other>", 1));

        assertThat(table.lookup(ALICE)).hasSize(3);
    }

    @Test
    @Rfc(value = 5626, section = "7")
    @Checklist("R13")
    void oneTargetForAllFlowsOfAnInstance() {
        table.bind(flow("sip:a@1.invalid", UUID, 1));
        table.bind(Binding.of(ALICE, "sip:a@192.0.2.9", clock.instant().plusSeconds(60), "c", 1));
        table.bind(flow("sip:a@2.invalid", UUID, 2));

        List<String> targets = table.targets(ALICE);

        assertThat(targets).hasSize(2);
        assertThat(targets.get(0)).startsWith("sip:a@2.invalid?Route=").contains("&Next-Flow=sip%3Aa%401.invalid");
        assertThat(targets.get(1)).isEqualTo("sip:a@192.0.2.9");
        SipUri first = SipUri.parse(targets.get(0));
        assertThat(SipUri.unescape(first.headers().value("Route").orElseThrow()))
                .isEqualTo("<sip:fl.2@flow.invalid;lr>");
    }

    @Test
    @Rfc(value = 5627, section = "5.4")
    void publicGruuIsTheAddressWithTheInstance() {
        Binding binding = flow("sip:a@1.invalid", UUID, 1);
        table.bind(binding);
        table.bind(flow("sip:a@2.invalid", "<urn:uuid:other>", 1));

        String gruu = table.publicGruu(binding).orElseThrow();

        assertThat(gruu).isEqualTo("sip:alice@example.com;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
        assertThat(table.instance(gruu)).hasValue(List.of(binding));
        assertThat(table.instance("sip:alice@example.com;gr=urn:uuid:unknown")).hasValue(List.of());
        assertThat(table.instance(ALICE)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {UUID, "<urn:uuid:F81D4FAE-7dec-11d0-a765-00a0c91e6bf6>", "<urn:imei:1234>"})
    @Rfc(value = 5627, section = "3.1.2")
    void temporaryGruuTellsNobodyElseWhoItIs(String instance) {
        Binding binding = flow("sip:a@1.invalid", instance, 1);
        table.bind(binding);

        String gruu = table.temporaryGruu(binding).orElseThrow();

        assertThat(gruu).startsWith("sip:tg.").endsWith("@example.com;gr").doesNotContain("alice");
        assertThat(table.temporaryGruu(binding).orElseThrow()).isNotEqualTo(gruu);
        assertThat(table.instance(gruu)).hasValue(List.of(binding));
    }

    @Test
    @Rfc(value = 5627, section = "5.2")
    void temporaryGruuEndsWithItsRegistration() {
        Binding binding = flow("sip:a@1.invalid", UUID, 1);
        table.bind(binding);
        String gruu = table.temporaryGruu(binding).orElseThrow();

        table.bind(new Binding(
                ALICE,
                binding.contact(),
                binding.parameters(),
                1,
                binding.expiry(),
                "another Call-ID",
                1,
                List.of(),
                binding.source(),
                ""));

        assertThat(table.instance(gruu)).hasValue(List.of());
    }

    @Test
    @Rfc(value = 5627, section = "5.4")
    void temporaryGruuOutlivesARestartAndIsNobodyElses() {
        Binding binding = flow("sip:a@1.invalid", UUID, 1);
        String gruu = table.temporaryGruu(binding).orElseThrow();
        LocationTable restarted = table(new byte[32], 2);
        restarted.bind(binding);
        byte[] key = new byte[32];
        key[0] = 1;
        LocationTable other = table(key, 3);
        other.bind(binding);

        assertThat(restarted.instance(gruu)).hasValue(List.of(binding));
        assertThat(other.instance(gruu)).hasValue(List.of());
        assertThat(restarted.instance("sip:tg.AAAA@example.com;gr")).hasValue(List.of());
        assertThat(restarted.instance("sip:tg.%20@example.com;gr")).hasValue(List.of());
    }

    @Test
    void withoutInstanceThereIsNoGruu() {
        Binding binding = Binding.of(ALICE, "sip:a@192.0.2.9", clock.instant().plusSeconds(60), "c", 1);

        assertThat(table.publicGruu(binding)).isEmpty();
        assertThat(table.temporaryGruu(binding)).isEmpty();
    }
}
