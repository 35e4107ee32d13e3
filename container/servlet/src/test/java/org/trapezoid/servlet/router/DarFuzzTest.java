// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.Mutator;
import org.trapezoid.sip.testing.TimeLimit;

/** Mutated application router files, from a fixed seed. */
class DarFuzzTest {
    private static final int INPUTS = 4_000;
    private static final String FILE = """
            # who gets what
            INVITE: ("CallForwarding", "DAR:To", "TERMINATING", "", "NO_ROUTE", "1"), \\
                    ("CallWaiting", "DAR:From", "ORIGINATING", "", "NO_ROUTE", "0", "DIRECTION=INBOUND")
            REGISTER=("Registrar","sip:admin@example.com","NEUTRAL","","NO_ROUTE","0")
            MESSAGE ("caf\\u00e9","DAR:From","ORIGINATING","sip:as2.example.com;lr","ROUTE_BACK","0")
            SUBSCRIBE: ("Registrar", "DAR:To", "NEUTRAL", "", "NO_ROUTE", "0", "HOST=a.test REGEX={Event:^reg(;|$)}")
            """;

    private final TimeLimit limit = new TimeLimit();
    private int read;

    @Test
    void readsWhateverItIsOrNamesTheLine() {
        Mutator mutator = new Mutator(1, List.of(FILE.getBytes(StandardCharsets.UTF_8)));
        for (int i = 0; i < INPUTS; i++) {
            String text = new String(mutator.next(), StandardCharsets.UTF_8);
            limit.check(text, () -> read(text));
        }
        assertThat(read).isBetween(INPUTS / 100, INPUTS - INPUTS / 100);
    }

    private void read(String text) {
        try {
            DarFile.parse("dar.properties", text);
            read++;
        } catch (DarException verdict) {
            assertThat(verdict.getMessage()).startsWith("dar.properties:");
        }
    }
}
