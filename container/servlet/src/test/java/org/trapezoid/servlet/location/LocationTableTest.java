// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;

class LocationTableTest {
    private static final String ALICE = "sip:alice@example.com";
    private static final String PHONE = "sip:alice@192.0.2.4:5062";
    private static final String LAPTOP = "sip:alice@192.0.2.9";

    private final ManualClock clock = new ManualClock();
    private final LocationTable table =
            new LocationTable(clock.strands().create(), clock, clock, new byte[32], new java.util.SplittableRandom(1));

    private Binding binding(String contact, int seconds) {
        return Binding.of(ALICE, contact, clock.instant().plusSeconds(seconds), "call", 1);
    }

    @Test
    void returnsTheBestContactFirstAndAmongEqualsTheNewestFirst() {
        table.bind(binding(PHONE, 60));
        table.bind(binding("sip:alice@192.0.2.7", 60).withQ(0.5f));
        table.bind(binding(LAPTOP, 60));

        assertThat(table.lookup(ALICE))
                .extracting(Binding::contact)
                .containsExactly(LAPTOP, PHONE, "sip:alice@192.0.2.7");

        table.bind(binding(PHONE, 90));
        assertThat(table.lookup(ALICE)).extracting(Binding::contact).startsWith(PHONE, LAPTOP);
    }

    @Test
    @Rfc(value = 3261, section = "19.1.4")
    @Checklist("R11")
    void knowsAContactInAnotherSpelling() {
        table.bind(binding("sip:alice@Laptop.Example.com;transport=TCP;x=1", 60));

        assertThat(table.bind(binding("sip:%61lice@laptop.example.com;transport=tcp", 60)))
                .isPresent();
        assertThat(table.lookup(ALICE)).hasSize(1);

        table.bind(binding("sip:Alice@laptop.example.com;transport=tcp", 60));
        table.bind(binding("sip:alice@laptop.example.com", 60));
        assertThat(table.lookup(ALICE)).hasSize(3);
    }

    @Test
    void forgetsABindingTheMomentItEnds() {
        table.bind(binding(PHONE, 60));
        table.bind(binding(LAPTOP, 120));

        clock.advance(Duration.ofMillis(59_999));
        assertThat(table.lookup(ALICE)).hasSize(2);

        clock.advance(Duration.ofMillis(1));
        assertThat(table.lookup(ALICE)).extracting(Binding::contact).containsExactly(LAPTOP);
        assertThat(table.unbind(ALICE, PHONE)).isEmpty();
    }

    @Test
    void tellsListenersWhatHappened() {
        Log log = new Log();
        table.addListener(log);
        table.addListener(log);

        table.bind(binding(PHONE, 60));
        table.bind(binding(PHONE, 90));
        table.bind(binding(LAPTOP, 30));
        table.unbind(ALICE, PHONE);
        clock.advance(Duration.ofSeconds(31));

        assertThat(log.lines)
                .containsExactly(
                        "bound " + PHONE,
                        "refreshed " + PHONE,
                        "bound " + LAPTOP,
                        "unbound " + PHONE,
                        "expired " + LAPTOP);
        assertThat(table.addressesOfRecord()).isEmpty();
    }

    @Test
    void tellsOfEachExpiryOnceHoweverOftenABindingWasRefreshed() {
        Log log = new Log();
        for (int i = 0; i < 5; i++) {
            table.bind(binding(PHONE, 60));
            clock.advance(Duration.ofSeconds(50));
        }
        table.addListener(log);

        clock.advance(Duration.ofSeconds(60));

        assertThat(log.lines).containsExactly("expired " + PHONE);
    }

    @Test
    void startsAgainWithAContactThatEndedBeforeAnybodyNoticed() {
        Log log = new Log();
        table.addListener(log);
        table.bind(binding(PHONE, 1));
        table.close(); // nobody notices any more
        clock.advance(Duration.ofSeconds(2));

        assertThat(table.bind(binding(PHONE, 60))).isEmpty();

        assertThat(log.lines).containsExactly("bound " + PHONE, "expired " + PHONE, "bound " + PHONE);
    }

    @Test
    void survivesAListenerThatThrowsOrChangesTheTable() {
        Log log = new Log();
        table.addListener(new LocationService.Listener() {
            @Override
            public void bound(Binding binding) {
                if (binding.contact().equals(PHONE)) {
                    table.bind(binding(LAPTOP, 60));
                }
                throw new NoSuchMethodError("an old archive");
            }
        });
        table.addListener(log);

        table.bind(binding(PHONE, 60));

        assertThat(log.lines).containsExactly("bound " + PHONE, "bound " + LAPTOP);
        assertThat(table.lookup(ALICE)).hasSize(2);
    }

    @Test
    @Checklist("R7")
    void changesNothingWhenTheChangeThrows() {
        table.bind(binding(PHONE, 60));

        assertThatThrownBy(() -> table.update(ALICE, current -> {
                    throw new IllegalStateException("out of order");
                }))
                .hasMessage("out of order");
        assertThatThrownBy(() -> table.update(
                        ALICE, current -> List.of(Binding.of("sip:bob@example.com", PHONE, clock.instant(), "c", 1))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> table.update(ALICE, current -> List.of(binding("no uri", 60))))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(table.lookup(ALICE)).extracting(Binding::contact).containsExactly(PHONE);
    }

    @Test
    void keepsTheLastOfSeveralBindingsOfOneContactAndDropsThoseThatEnded() {
        List<Binding> after = table.update(
                ALICE,
                current -> List.of(
                        binding(PHONE, 60).withQ(0.1f),
                        binding(LAPTOP, 0),
                        binding(PHONE, 60).withQ(0.9f)));

        assertThat(after).hasSize(1).isEqualTo(table.lookup(ALICE));
        assertThat(after.get(0).q()).isEqualTo(0.9f);
    }

    @Test
    void removesEverythingOfOneAddress() {
        table.bind(binding(PHONE, 60));
        table.bind(binding(LAPTOP, 60).withQ(0.2f));

        assertThat(table.unbindAll(ALICE)).extracting(Binding::contact).containsExactly(PHONE, LAPTOP);
        assertThat(table.unbindAll(ALICE)).isEmpty();
        assertThat(table.lookup(ALICE)).isEmpty();
    }

    @ParameterizedTest
    @Rfc(value = 3261, section = "10.3")
    @Checklist("R2")
    @CsvSource({
        "sip:Alice@EXAMPLE.com:5060;transport=tcp?subject=x, sip:Alice@example.com:5060",
        "SIP:%61lice:secret@example.com, sip:alice@example.com",
        "sips:alice@example.com, sips:alice@example.com",
        "sip:a%3ab%2fc@example.com, sip:a%3Ab/c@example.com",
        "sip:%e4@example.com, sip:%E4@example.com",
        "sip:EXAMPLE.com, sip:example.com",
        "sip:bob@[2001:DB8:0::1], sip:bob@[2001:db8:0:0:0:0:0:1]",
        "tel:+1-201-555-0123;ext=5, tel:+12015550123",
        "tel:7042;phone-context=Example.COM, tel:7042;phone-context=example.com"
    })
    void writesAnAddressOfRecordInOneForm(String uri, String canonical) {
        assertThat(table.addressOfRecord(uri)).isEqualTo(canonical);
        assertThat(table.addressOfRecord(canonical)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice", "sip:", "sip:a b@example.com"})
    void refusesWhatIsNoUri(String text) {
        assertThatThrownBy(() -> table.addressOfRecord(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void losesNoChangeWhenManyThreadsChangeOneAddress() throws Exception {
        int threads = 8;
        int each = 200;
        Log log = new Log();
        table.addListener(log);
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = IntStream.range(0, threads)
                    .<Future<?>>mapToObj(thread -> pool.submit(() -> {
                        start.await();
                        for (int i = 0; i < each; i++) {
                            table.bind(binding("sip:alice@192.0.2.1:" + (1000 + thread), 60 + i));
                        }
                        return null;
                    }))
                    .toList();
            start.countDown();
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }

        assertThat(table.lookup(ALICE)).hasSize(threads).allMatch(binding -> binding.expiry()
                .equals(clock.instant().plusSeconds(60 + each - 1)));
        assertThat(log.lines).hasSize(threads * each);
        assertThat(log.lines.stream().filter(line -> line.startsWith("bound"))).hasSize(threads);
    }

    /** Written by one thread at a time: the table tells of one address in order. */
    private static final class Log implements LocationService.Listener {
        final List<String> lines = new ArrayList<>();

        @Override
        public void bound(Binding binding) {
            lines.add("bound " + binding.contact());
        }

        @Override
        public void refreshed(Binding before, Binding now) {
            lines.add("refreshed " + now.contact());
        }

        @Override
        public void unbound(Binding binding) {
            lines.add("unbound " + binding.contact());
        }

        @Override
        public void expired(Binding binding) {
            lines.add("expired " + binding.contact());
        }
    }
}
