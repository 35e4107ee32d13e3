// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.trapezoid.sip.testing.TestKeys;

/** Phones in web pages, made with JsSIP and SIP.js: SIP over WebSocket (RFC 7118), media as WebRTC has it. */
class BrowserIT {

    private static final String DOMAIN = "browser.test";
    private static final String PASSWORD = "secret";

    enum Transport {
        WS,
        WSS
    }

    /** What registered over one transport. */
    private record Phones(Browser.Phone jssip, Browser.Phone sipjs, Browser.Phone third) {}

    /** Who calls over which transport; the one called is of the other make. */
    record Pair(Transport transport, Browser.Library calling) {
        private Phones phones() {
            return Objects.requireNonNull(BrowserIT.phones.get(transport));
        }

        Browser.Phone caller() {
            return calling == Browser.Library.JSSIP ? phones().jssip() : phones().sipjs();
        }

        Browser.Phone callee() {
            return calling == Browser.Library.JSSIP ? phones().sipjs() : phones().jssip();
        }

        /** Caller and callee talk. */
        void talk() {
            caller().dials(uri(callee()));
            callee().talks();
        }

        String uri(Browser.Phone called) {
            return "sip:"
                    + user(
                            transport,
                            called == phones().third()
                                    ? "third"
                                    : called.library().name()) + "@" + DOMAIN;
        }

        void played(Browser.Phone phone, String behaviour) throws IOException {
            Browser.Library make = phone.library();
            Interop.record(make.make(), make.version(), transport.name(), behaviour);
        }

        @Override
        public String toString() {
            return calling.make() + " over " + transport;
        }
    }

    static Stream<Pair> pairs() {
        return Stream.of(Transport.values())
                .flatMap(transport -> Stream.of(Browser.Library.values()).map(calling -> new Pair(transport, calling)));
    }

    @TempDir
    private static Path base;

    private static final Map<Transport, Phones> phones = new EnumMap<>(Transport.class);
    private static Site site;
    private static Browser browser;

    @TempDir
    private Path directory;

    private static String user(Transport transport, String name) {
        return (name + "-" + transport).toLowerCase(Locale.ROOT);
    }

    @BeforeAll
    static void start() throws Exception {
        String[] users = Stream.concat(
                        Stream.of("baresip"), Stream.of(Transport.values()).flatMap(transport -> Stream.of(
                                        "jssip", "sipjs", "third", "fourth")
                                .map(name -> user(transport, name))))
                .toArray(String[]::new);
        site = Site.in(base)
                .sample("registrar")
                .sample("proxy")
                .setting("registrar", "domains", DOMAIN)
                .setting("proxy", "domains", DOMAIN)
                .users(DOMAIN, PASSWORD, users)
                .https(TestKeys.make(base, "server.p12", "server", ""))
                .starts();
        browser = Browser.at(site.endpoint().host(), base);
        for (Transport transport : Transport.values()) {
            phones.put(
                    transport,
                    new Phones(
                            registered(transport, Browser.Library.JSSIP, "jssip"),
                            registered(transport, Browser.Library.SIPJS, "sipjs"),
                            registered(transport, Browser.Library.JSSIP, "third")));
        }
    }

    private static Browser.Phone registered(Transport transport, Browser.Library library, String name) {
        String scheme = transport.name().toLowerCase(Locale.ROOT);
        String url =
                scheme + "://" + site.endpoint().host() + ":" + site.server().port(scheme) + "/";
        return browser.phone(library).registers(url, user(transport, name), DOMAIN, PASSWORD);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        phones.clear();
        if (browser != null) {
            browser.close();
        }
        if (site != null) {
            site.close();
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void registersWithAPasswordAndLeaves(Pair pair) throws IOException {
        Browser.Phone fourth = registered(pair.transport(), pair.calling(), "fourth");
        pair.played(fourth, "registers with digest");

        fourth.unregisters();

        pair.caller().calls("sip:" + user(pair.transport(), "fourth") + "@" + DOMAIN);
        assertThat(pair.caller().isRefused()).isIn(404, 480);
        pair.played(fourth, "unregisters");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void callsWithSoundBothWaysUntilTheCallerHangsUp(Pair pair) throws IOException {
        pair.talk();
        pair.caller().hears();
        pair.callee().hears();
        pair.played(pair.caller(), "calls");
        pair.played(pair.callee(), "is called");

        pair.caller().hangsUp();

        pair.callee().ends();
        pair.played(pair.caller(), "hangs up as caller");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void callsUntilTheCalledOneHangsUp(Pair pair) throws IOException {
        pair.talk();

        pair.callee().hangsUp();

        pair.caller().ends();
        pair.played(pair.callee(), "hangs up as callee");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void holdsAndResumesAsCallerAndAsCallee(Pair pair) throws IOException {
        pair.talk();

        holdAndResume(pair.caller(), pair.callee());
        pair.played(pair.caller(), "holds and resumes as caller");
        holdAndResume(pair.callee(), pair.caller());
        pair.played(pair.callee(), "holds and resumes as callee");

        pair.caller().hangsUp();
        pair.callee().ends();
    }

    private static void holdAndResume(Browser.Phone one, Browser.Phone other) {
        one.holds();
        other.isHeld();

        one.resumes();
        other.isResumed();

        one.hears();
        other.hears();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void transfersACall(Pair pair) throws IOException {
        Browser.Phone third = pair.phones().third();
        pair.talk();

        pair.caller().transfers(pair.uri(third));
        third.talks();
        pair.played(pair.caller(), "transfers");
        pair.caller().hangsUp();
        third.hears();
        pair.callee().hears();
        pair.played(pair.callee(), "is transferred");

        third.hangsUp();
        pair.callee().ends();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void cancelsACallWhileItRings(Pair pair) throws IOException {
        pair.callee().letsItRing();
        pair.caller().calls(pair.uri(pair.callee()));
        pair.callee().isCalled();
        pair.caller().hearsItRing();

        pair.caller().cancels();

        pair.callee().ends();
        pair.played(pair.caller(), "cancels");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void isBusyWhileItTalks(Pair pair) throws IOException {
        Browser.Phone third = pair.phones().third();
        pair.talk();
        pair.callee().refuses(486);

        third.calls(pair.uri(pair.callee()));

        assertThat(third.isRefused()).isEqualTo(486);
        pair.played(pair.callee(), "is busy");
        pair.caller().hears();
        pair.caller().hangsUp();
        pair.callee().ends();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void sendsAMessage(Pair pair) throws IOException {
        pair.caller().sends(pair.uri(pair.callee()), "Grüße von " + pair);

        pair.callee().reads("Grüße von " + pair);
        pair.played(pair.caller(), "sends and shows a message");
    }

    @ParameterizedTest
    @EnumSource
    void talksWithAPhoneOnUdpWhoeverCalls(Transport transport) throws Exception {
        Pair pair = new Pair(transport, Browser.Library.JSSIP);
        Browser.Phone jssip = pair.phones().jssip();
        Browser.Phone sipjs = pair.phones().sipjs();
        try (Baresip baresip = Baresip.secure(directory, "baresip", DOMAIN, PASSWORD, site.endpoint())) {
            jssip.dials("sip:baresip@" + DOMAIN);
            baresip.talks();
            jssip.hears();
            baresip.hears();
            jssip.hangsUp();

            Baresip.Media media = baresip.media();
            assertThat(List.of(media.sent(), media.received())).allMatch(packets -> packets > 10);
            pair.played(jssip, "calls a phone on UDP");

            baresip.dials(pair.uri(sipjs));
            sipjs.talks();
            sipjs.hears();
            baresip.hangsUp();
            sipjs.ends();
            pair.played(sipjs, "is called by a phone on UDP");
        }
    }
}
