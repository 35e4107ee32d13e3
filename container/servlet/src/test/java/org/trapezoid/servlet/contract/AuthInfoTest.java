// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.AuthInfo;
import jakarta.servlet.sip.SipServletRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.Rfc;

/** Credentials for challenges of several realms (JSR 289 §14.8). */
class AuthInfoTest {

    private final TestServer server = new TestServer();
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("auth", app);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private AuthInfo info() {
        AuthInfo info = app.factory().createAuthInfo();
        info.addAuthInfo(407, "one.test", "wrong", "wrong");
        info.addAuthInfo(407, "one.test", "ann", "a"); // the last one counts
        info.addAuthInfo(407, "two.test", "bea", "b");
        info.addAuthInfo(401, "three.test", "cat", "c");
        return info;
    }

    @Test
    @Rfc(value = 3261, section = "22.3")
    void answersEachRealmThatItKnows() throws Exception {
        app.onResponse(response -> {
            if (response.getStatus() == 407) {
                assertThat(response.getChallengeRealmSet()).containsExactly("one.test", "two.test", "three.test");
                SipServletRequest again = response.getSession().createRequest("MESSAGE");
                again.addAuthHeader(response, info());
                again.send();
            }
        });
        app.request("MESSAGE", bob).send();
        Request first = bob.nextRequest(Method.MESSAGE);
        HeaderName challenge = HeaderName.of("Proxy-Authenticate");
        bob.send(bob.answer(first, 407)
                .add(challenge, "Digest realm=\"one.test\", nonce=\"n1\", qop=\"auth\"")
                .add(challenge, "Digest realm=\"two.test\", nonce=\"n2\", qop=\"auth\"")
                .add(challenge, "Digest realm=\"three.test\", nonce=\"n3\", qop=\"auth\""));

        Request again = bob.nextRequest(Method.MESSAGE);
        bob.send(bob.answer(again, 200));

        assertThat(again.headers().all(HeaderName.PROXY_AUTHORIZATION))
                .hasSize(2)
                .anyMatch(value -> value.contains("username=\"ann\"") && value.contains("one.test"))
                .anyMatch(value -> value.contains("username=\"bea\"") && value.contains("two.test"));
        assertThat(again.callId()).isEqualTo(first.callId());
        assertThat(again.cseq().number()).isEqualTo(first.cseq().number() + 1);
        server.assertEnded();
    }

    @Test
    void isAValueThatCanBeKept() throws Exception {
        AuthInfo info = info();

        AuthInfo copy = Copies.serialised(info);

        assertThat(copy).isEqualTo(info).hasSameHashCodeAs(info);
        copy.addAuthInfo(401, "four.test", "dan", "d");
        assertThat(copy).isNotEqualTo(info);
    }
}
