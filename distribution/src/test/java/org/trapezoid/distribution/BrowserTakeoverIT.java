// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.testing.Rfc;

/** Web pages with phones made with JsSIP, which talk with a phone on UDP when their node is killed: they connect to the other one. */
class BrowserTakeoverIT {

    private static final String DOMAIN = "takeover.test";
    private static final String PASSWORD = "secret";
    private static final List<String> USERS = List.of("anna", "bert", "carl", "dora");
    /** Of JsSIP: {@code C.causes.BYE}, and who has sent it. */
    private static final String BYE_OF_THE_OTHER_ONE = "Terminated, remote";

    /** What a browser can take for a description of its own kind; nobody is at the other end of its media. */
    private static final String DESCRIPTION = """
            v=0
            o=- 1 1 IN IP4 127.0.0.1
            s=-
            t=0 0
            a=group:BUNDLE 0
            m=audio 9 UDP/TLS/RTP/SAVPF 111
            c=IN IP4 0.0.0.0
            a=mid:0
            a=sendrecv
            a=rtcp-mux
            a=ice-ufrag:abcd
            a=ice-pwd:abcdefghijklmnopqrstuvwx
            a=fingerprint:sha-256 %s
            a=setup:%s
            a=rtpmap:111 opus/48000/2
            """;

    private final List<Endpoint> members = List.of(Endpoint.free(), Endpoint.free());
    private final List<Site> nodes = new ArrayList<>();

    @TempDir
    private Path base;

    private Browser browser;
    private RovingPhone phone;
    private Endpoint first;
    private Endpoint second;

    /** A call of a page, as the phone on UDP sees it: the request that made it, and the answer. */
    private record Talk(Browser.Phone page, Wire invite, Wire success, boolean ofPage) {}

    @BeforeEach
    void start() throws Exception {
        for (int i = 0; i < members.size(); i++) {
            nodes.add(Site.serving(base.resolve("node" + i), DOMAIN)
                    .setting("proxy", "relay", "users")
                    .users(DOMAIN, PASSWORD, USERS.toArray(String[]::new))
                    .node("node" + i, members.get(i), members)
                    .starts());
        }
        first = nodes.get(0).endpoint();
        second = nodes.get(1).endpoint();
        browser = Browser.at(first.host(), base);
        phone = new RovingPhone("phone");
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (phone != null) {
            phone.close();
        }
        if (browser != null) {
            browser.close();
        }
        for (Site each : nodes) {
            each.close();
        }
    }

    private String url(Site node) {
        return "ws://" + node.endpoint().host() + ":" + node.server().port("ws") + "/";
    }

    private Browser.Phone page(String user) {
        List<String> urls = nodes.stream().map(this::url).toList();
        return browser.phone(Browser.Library.JSSIP).registers(urls, user, DOMAIN, PASSWORD);
    }

    private static String description(String setup) {
        return DESCRIPTION.formatted("AB" + ":AB".repeat(31), setup);
    }

    private Talk isCalledBy(String user) throws IOException {
        Browser.Phone page = page(user);
        page.calls(phone.contact());
        Wire invite = phone.receiveFrom(user, "INVITE");
        Wire success = phone.answer(invite, "200 OK");
        phone.send(first, success.text(), description("active"));
        phone.receive(invite.header("Call-ID"), "ACK");
        return new Talk(page, invite, success, true);
    }

    private Talk calls(String user) throws IOException {
        Browser.Phone page = page(user);
        String head = phone.request("INVITE", "sip:" + user + "@" + DOMAIN, "phone");
        Wire invite = new Wire(true, head);
        phone.send(first, head, description("actpass"));
        Wire success = phone.receive(invite.header("Call-ID"), "200 INVITE");
        phone.send(first, phone.inDialog("ACK", 1, invite, success));
        page.talks();
        return new Talk(page, invite, success, false);
    }

    private void phoneHangsUp(Talk talk) throws IOException {
        String bye = talk.ofPage
                ? phone.fromCallee("BYE", 1, talk.invite, talk.success)
                : phone.inDialog("BYE", 2, talk.invite, talk.success);
        phone.ask(second, bye, "200 BYE");
        assertThat(talk.page.endsBecause()).isEqualTo(BYE_OF_THE_OTHER_ONE);
    }

    private void pageHangsUp(Talk talk) throws IOException {
        talk.page.hangsUp();
        Wire bye = phone.receive(talk.invite.header("Call-ID"), "BYE");
        phone.send(second, phone.answer(bye, "200 OK").text());
    }

    @Test
    @Rfc(value = 7118, section = "5")
    @Rfc(value = 5626, section = "5.3")
    void aPageWhoseNodeIsKilledGoesOnWithItsCallAtAnotherOne() throws Exception {
        Talk annaIsHungUpOn = isCalledBy("anna");
        Talk bertHangsUp = isCalledBy("bert");
        Talk carlIsHungUpOn = calls("carl");
        Talk doraHangsUp = calls("dora");

        nodes.get(0).kill();

        for (Talk each : List.of(annaIsHungUpOn, bertHangsUp, carlIsHungUpOn, doraHangsUp)) {
            assertThat(each.page.registersAgain()).isEqualTo(url(nodes.get(1)));
        }
        phoneHangsUp(annaIsHungUpOn);
        pageHangsUp(bertHangsUp);
        phoneHangsUp(carlIsHungUpOn);
        pageHangsUp(doraHangsUp);
        Browser.Library jssip = Browser.Library.JSSIP;
        Interop.record(jssip.make(), jssip.version(), "WS", "keeps its calls when its node is killed");
    }
}
