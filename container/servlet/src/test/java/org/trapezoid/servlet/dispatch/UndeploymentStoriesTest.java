// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipSessionsUtil;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.TestServer;

/** How an application ends, and what is left of it for the next one of its name: nothing. */
class UndeploymentStoriesTest {

    private final TestServer server = new TestServer();

    /** Takes what the container gives it. */
    static class Holder extends SipServlet {
        private static final long serialVersionUID = 1;
        private int sessionsAtEnd = -1;
        private final transient TestServer server;

        Holder(TestServer server) {
            this.server = server;
        }

        SipFactory factory() {
            return (SipFactory) Objects.requireNonNull(getServletContext().getAttribute(SIP_FACTORY));
        }

        SipSessionsUtil sessions() {
            return (SipSessionsUtil) Objects.requireNonNull(getServletContext().getAttribute(SIP_SESSIONS_UTIL));
        }

        @Override
        public void destroy() {
            sessionsAtEnd = server.sessions();
        }
    }

    @Test
    void theNextVersionGetsNoSessionOfTheOldOne() throws Exception {
        Holder old = new Holder(server);
        server.deploy("app", old);
        var session = old.factory().createApplicationSessionByKey("key");
        session.addIndexKey("index");
        server.layer().applications().undeploy("app", Duration.ofSeconds(30));

        Holder fresh = new Holder(server);
        server.deploy("app", fresh);

        assertThat(old.sessions().getApplicationSessionByKey("key", false)).isSameAs(session);
        assertThat(fresh.sessions().getApplicationSessionByKey("key", false)).isNull();
        assertThat(fresh.sessions().getApplicationSessionById(session.getId())).isNull();
        assertThat(fresh.sessions().getSipApplicationSessionIds("index")).isEmpty();
        assertThat(fresh.factory().createApplicationSessionByKey("key")).isNotSameAs(session);
    }

    @Test
    void servletsAreDestroyedAfterTheLastSession() throws Exception {
        Holder servlet = new Holder(server);
        server.deploy("app", servlet);
        servlet.factory().createApplicationSession();
        CompletableFuture<Void> ended = server.layer()
                .applications()
                .undeploy("app", Duration.ofSeconds(30))
                .toCompletableFuture();

        server.advance(Duration.ofSeconds(29));
        assertThat(ended).isNotDone();
        assertThat(server.sessions()).isEqualTo(1);
        server.advance(Duration.ofSeconds(2));

        assertThat(ended).isCompleted();
        assertThat(servlet.sessionsAtEnd).isZero();
        assertThatThrownBy(() -> servlet.factory().createApplicationSession())
                .isInstanceOf(IllegalStateException.class);
    }
}
