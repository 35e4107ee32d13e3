// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.api.Binding;
import org.trapezoid.api.CallerPreferences;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.testing.Rfc;

/** What callers prefer, read from the requests of applications (RFC 3841). */
class CallerPreferencesTest {

    private final List<CallerPreferences> read = new ArrayList<>();

    private CallerPreferences of(HeaderName header, String value) throws Exception {
        TestServer server = new TestServer();
        ScriptedServlet app = new ScriptedServlet();
        app.on("MESSAGE", request -> read.add(CallerPreferences.of(request)));
        server.deploy("app", app);
        Peer alice = server.peer("alice");
        alice.send(alice.request(Method.MESSAGE, "sip:bob@a.test").add(header, value));
        app.assertUnharmed();
        return read.get(0);
    }

    private static Binding binding(String capabilities, float q) {
        Map<String, String> parameters = new HashMap<>();
        if (!capabilities.isEmpty()) {
            for (String each : capabilities.split(";", -1)) {
                int equals = each.indexOf('=');
                parameters.put(
                        equals < 0 ? each : each.substring(0, equals), equals < 0 ? "" : each.substring(equals + 1));
            }
        }
        return Binding.of("sip:bob@a.test", "sip:bob@192.0.2.9", Instant.MAX, "c", 1)
                .withParameters(parameters)
                .withQ(q);
    }

    @ParameterizedTest
    @Rfc(value = 3840, section = "9")
    @Rfc(value = 3841, section = "7.2.4")
    @CsvSource(
            delimiter = '|',
            value = {
                "*;audio;video                       | audio;video                | 1",
                "*;audio;video                       | audio                      | 0.5",
                "*;audio;video;explicit              | audio                      | 0",
                "*;audio;video;explicit;require      | audio                      | rejected",
                "*;audio;require                     | audio=FALSE                | rejected",
                "*;audio                             | audio=FALSE                | 0",
                "*;audio, *;video                    | audio                      | 0.5",
                "*;audio;require                     | ''                         | 1",
                "*;audio;require                     | expires=60;reg-id=1        | 1",
                "*                                   | audio                      | 1",
                "*;methods=\"INVITE,SUBSCRIBE\"      | methods=SUBSCRIBE,NOTIFY   | 1",
                "*;methods=\"REFER\";require         | methods=INVITE             | rejected",
                "*;methods=\"!REFER\";require        | methods=INVITE             | 1",
                "*;methods=\"!REFER\";require        | methods=REFER              | rejected",
                "*;class=\"BUSINESS\"                | class=business             | 1",
                "*;description=\"<Bob>\";require     | description=<bob>          | rejected",
                "*;description=\"<Bob, PC>\";require | description=<Bob, PC>      | 1",
                "*;priority=\"#>=20\";require        | priority=#<=30             | 1",
                "*;priority=\"#>=20\";require        | priority=#1:10             | rejected",
                "*;priority=\"#=20\";require         | priority=#10:20            | 1",
                "*;+sip.instance=\"<urn:uuid:1>\";require | +sip.instance=<urn:uuid:1>  | 1",
            })
    void scoresAContactByItsCapabilities(String accepted, String capabilities, String expected) throws Exception {
        OptionalDouble score = of(HeaderName.ACCEPT_CONTACT, accepted).score(binding(capabilities, 1));

        assertThat(score)
                .isEqualTo(
                        expected.equals("rejected")
                                ? OptionalDouble.empty()
                                : OptionalDouble.of(Double.parseDouble(expected)));
    }

    @ParameterizedTest
    @Rfc(value = 3841, section = "7.2.4")
    @CsvSource(
            delimiter = '|',
            value = {
                "*;automata          | automata        | true",
                "*;automata          | automata=FALSE  | false",
                "*;automata          | audio           | false",
                "*;automata;video    | automata        | false",
                "*                   | audio           | false",
            })
    void rejectsOnlyWhatAContactSaysOfItself(String rejected, String capabilities, boolean expected) throws Exception {
        CallerPreferences wishes = of(HeaderName.REJECT_CONTACT, rejected);

        assertThat(wishes.score(binding(capabilities, 1)).isEmpty()).isEqualTo(expected);
    }

    @Test
    @Rfc(value = 3841, section = "7.2.4")
    void theCalleesPreferenceComesFirst() throws Exception {
        Binding desk = binding("audio", 1);
        Binding mobile = binding("audio;mobility=mobile", 1);
        Binding video = binding("video;mobility=mobile", 0.5f);

        CallerPreferences wishes = of(HeaderName.ACCEPT_CONTACT, "*;mobility=\"mobile\"");

        assertThat(wishes.targets(List.of(video, desk, mobile))).containsExactly(mobile, desk, video);
        assertThat(wishes.choosesContacts()).isTrue();
    }

    @Test
    void withoutPreferencesNothingChanges() throws Exception {
        CallerPreferences wishes = of(HeaderName.REQUEST_DISPOSITION, "proxy, no-cancel, sing");
        List<Binding> bindings = List.of(binding("audio", 0.1f), binding("", 1));

        assertThat(wishes.targets(bindings)).isSameAs(bindings);
        assertThat(wishes.asks(CallerPreferences.Directive.NO_CANCEL)).isTrue();
        assertThat(wishes.asks(CallerPreferences.Directive.CANCEL)).isFalse();
        assertThat(wishes.choosesContacts()).isFalse();
    }
}
