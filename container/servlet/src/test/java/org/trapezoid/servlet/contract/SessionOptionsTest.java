// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.descriptor.ConcurrencyMode;
import org.trapezoid.servlet.descriptor.DescriptorVersion;
import org.trapezoid.servlet.descriptor.SessionOptions;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;

/** What {@code @SipApplication} of 2.0 lets an application choose about its sessions (JSR 359). */
class SessionOptionsTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private static SessionOptions options(boolean disableCancelHandling, boolean cloneAttributes) {
        return new SessionOptions(ConcurrencyMode.VENDORSPECIFIC, disableCancelHandling, false, cloneAttributes);
    }

    @Test
    void anApplicationMayAnswerACancelledInviteItself() throws Exception {
        app.on(
                "CANCEL",
                cancel -> app.requests.get(0).createResponse(487, "Too Late").send());
        server.deploy("options", DescriptorVersion.V2_0, options(true, false), app);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:options@a.test"));

        alice.send(invite.toBuilder()
                .method(Method.CANCEL)
                .set(HeaderName.CSEQ, "1 CANCEL")
                .build());

        alice.nextResponse(200);
        assertThat(alice.nextResponse(487).reason()).isEqualTo("Too Late");
        server.assertEnded();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void derivedSessionsBeginWithTheAttributesWhereThatIsWanted(boolean wanted) throws Exception {
        server.deploy("options", DescriptorVersion.V2_0, options(false, wanted), app);
        var call = app.request("INVITE", bob);
        call.getSession().setAttribute("tariff", "night");
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);

        bob.send(bob.answer(invite, 180)
                .set(HeaderName.TO, invite.to().withTag("1").toString()));
        bob.send(bob.answer(invite, 180)
                .set(HeaderName.TO, invite.to().withTag("2").toString()));

        assertThat(app.responses.get(1).getSession().getAttribute("tariff")).isEqualTo(wanted ? "night" : null);
        assertThat(call.getSession().getAttribute("tariff")).isEqualTo("night");
    }
}
