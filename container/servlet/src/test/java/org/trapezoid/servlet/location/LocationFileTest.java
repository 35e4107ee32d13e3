// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.Binding;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.ManualClock;

@SuppressWarnings("try") // a file that is open writes without being called
class LocationFileTest {
    private static final String ALICE = "sip:alice@example.com";
    private static final String BOB = "sip:bob@example.com";

    @TempDir
    private Path directory;

    private final ManualClock clock = new ManualClock();
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        ((Logger) LoggerFactory.getLogger(LocationFile.class)).addAppender(logged);
    }

    @AfterEach
    void stopListening() {
        ((Logger) LoggerFactory.getLogger(LocationFile.class)).detachAppender(logged);
    }

    private Path path() {
        return directory.resolve("data").resolve("locations");
    }

    private LocationTable table() {
        return new LocationTable(
                clock.strands().create(), clock, clock, new byte[32], new java.util.SplittableRandom(1));
    }

    private LocationTable restarted() throws IOException {
        LocationTable table = table();
        new LocationFile(path(), table).close();
        return table;
    }

    private Binding binding(String addressOfRecord, String contact, int seconds) {
        return Binding.of(addressOfRecord, contact, clock.instant().plusSeconds(seconds), "call", 7);
    }

    @Test
    @Checklist("R12")
    void bringsEveryPartOfABindingBack() throws IOException {
        Binding full = new Binding(
                ALICE,
                "sip:alice@192.0.2.4:5062;ob",
                Map.of("+sip.instance", "\"<urn:uuid:1>\"", "reg-id", "1", "mobility", ""),
                0.7f,
                clock.instant().plusSeconds(60),
                "a\tb\\c@d",
                4_711,
                List.of("<sip:edge.example.com;lr>", "<sip:in.example.com;lr>"),
                new Binding.Source("2001:db8::1", 5062, "UDP", "fl.abc-_"),
                "Téléphone\r\n ");
        LocationTable before = table();
        try (LocationFile file = new LocationFile(path(), before)) {
            before.bind(full);
            before.bind(binding(ALICE, "sip:alice@192.0.2.5", 60).withQ(0.7f));
            before.bind(binding(BOB, "sip:bob@192.0.2.6", 60));
            before.unbind(BOB, "sip:bob@192.0.2.6");
        }

        LocationTable after = restarted();

        assertThat(after.lookup(ALICE)).isEqualTo(before.lookup(ALICE)).contains(full);
        assertThat(after.addressesOfRecord()).containsExactly(ALICE);
        assertThat(logged.list).isEmpty();
    }

    @Test
    void leavesOutWhatEndedMeanwhile() throws IOException {
        LocationTable before = table();
        try (LocationFile file = new LocationFile(path(), before)) {
            before.bind(binding(ALICE, "sip:alice@192.0.2.4", 60));
            before.bind(binding(ALICE, "sip:alice@192.0.2.5", 600));
            before.bind(binding(BOB, "sip:bob@192.0.2.6", 60));
        }
        clock.advance(Duration.ofSeconds(61));

        LocationTable after = restarted();

        assertThat(after.lookup(ALICE)).extracting(Binding::contact).containsExactly("sip:alice@192.0.2.5");
        assertThat(after.addressesOfRecord()).containsExactly(ALICE);
        assertThat(Files.readString(path())).doesNotContain("bob");
    }

    @Test
    void writesWithoutBeingClosed() throws IOException {
        LocationTable table = table();
        try (LocationFile file = new LocationFile(path(), table)) {
            table.bind(binding(ALICE, "sip:alice@192.0.2.4", 60));

            await().untilAsserted(() -> assertThat(Files.readString(path())).contains("sip:alice@192.0.2.4"));
        }
    }

    @Test
    void readsAroundDamagedLinesAndNamesThem() throws IOException {
        LocationTable before = table();
        try (LocationFile file = new LocationFile(path(), before)) {
            before.bind(binding(ALICE, "sip:alice@192.0.2.4", 60));
            before.bind(binding(BOB, "sip:bob@192.0.2.6", 60));
        }
        List<String> lines = Files.readAllLines(path());
        String alice =
                lines.stream().filter(line -> line.contains("alice")).findAny().orElseThrow();
        String bob =
                lines.stream().filter(line -> line.contains("bob")).findAny().orElseThrow();
        Files.write(path(), List.of(lines.get(0), bob, alice.replace("192.0.2.4", "192.0.2.5"), "", alice));
        byte[] half = bob.replace("192.0.2.6", "192.0.2.7")
                .substring(0, 40)
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Files.write(path(), half, StandardOpenOption.APPEND); // the process died while writing
        Files.write(path(), new byte[] {(byte) 0xff}, StandardOpenOption.APPEND);

        LocationTable after = restarted();

        assertThat(after.lookup(ALICE)).extracting(Binding::contact).containsExactly("sip:alice@192.0.2.4");
        assertThat(after.lookup(BOB)).extracting(Binding::contact).containsExactly("sip:bob@192.0.2.6");
        assertThat(logged.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(text -> text.contains(path() + ":3: "))
                .anyMatch(text -> text.contains(path() + ":4: "))
                .anyMatch(text -> text.contains(path() + ":6: "))
                .anyMatch(text -> text.contains("3 of 6 lines"));
        assertThat(path().resolveSibling("locations.damaged")).exists();
        assertThat(Files.readAllLines(path())).hasSize(3);
    }

    @Test
    void rewritesTheFileWhenMostOfItIsOutOfDate() throws IOException {
        LocationTable table = table();
        try (LocationFile file = new LocationFile(path(), table, 1_000)) {
            for (int i = 0; i < 20; i++) {
                String contact = "sip:alice@192.0.2.4:" + (5000 + i);
                table.update(ALICE, current -> List.of(binding(ALICE, contact, 60)));
                await().untilAsserted(() -> assertThat(Files.readString(path())).contains(contact));
            }

            assertThat(Files.size(path())).isLessThan(2_000);
        }
        assertThat(restarted().lookup(ALICE)).extracting(Binding::contact).containsExactly("sip:alice@192.0.2.4:5019");
    }

    @Test
    void refusesToStartWhereItCannotWrite() throws IOException {
        Files.createDirectories(path().getParent());
        Files.createDirectory(path());
        Files.createFile(path().resolve("in-the-way"));

        assertThatThrownBy(() -> new LocationFile(path(), table())).isInstanceOf(IOException.class);
    }
}
