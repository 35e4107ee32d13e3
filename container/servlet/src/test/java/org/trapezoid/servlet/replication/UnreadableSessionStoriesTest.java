// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Sessions that a survivor cannot go on with: it says so once, and leaves them to others. */
class UnreadableSessionStoriesTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";
    private static final String THIRD = "192.0.2.3";
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Site site = new Site(FIRST, SECOND, THIRD);
    private final Peer alice = site.node(FIRST).peer("alice");
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("org.trapezoid.servlet.dispatch.Restoration");

    @BeforeEach
    void watch() {
        logged.start();
        logger.addAppender(logged);
    }

    @AfterEach
    void forget() {
        logger.detachAppender(logged);
    }

    private List<String> lines() {
        return logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void goesOnAtTheNodeThatHasTheApplication() throws Exception {
        ScriptedServlet app = new ScriptedServlet();
        app.on("INVITE", invite -> invite.createResponse(200).send());
        app.on("BYE", bye -> bye.createResponse(200).send());
        site.node(FIRST).server().deploy("answering", app);
        site.node(THIRD).server().deploy("answering", app);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        site.clock.advance(Duration.ofMillis(20));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        site.clock.advance(Duration.ofSeconds(1));
        String token = site.cluster.stored().iterator().next().token();

        site.kill(FIRST);
        site.clock.advance(MINUTE);
        Peer later = site.node(THIRD).peer("alice");
        later.send(later.inDialog(Method.BYE, invite, success, 2));
        site.clock.advance(Duration.ofMillis(20));

        later.nextResponse(200);
        assertThat(lines()).hasSizeLessThan(2).allMatch(line -> line.contains(token) && line.contains("answering"));
        app.assertUnharmed();
        site.assertEnded();
    }

    @Test
    void isLoggedOnceByEachNodeAndStaysForALaterRelease() throws Exception {
        byte[] later = new FieldWriter()
                .text(1, "answering")
                .bytes(2, "written by a release to come".getBytes(StandardCharsets.UTF_8))
                .toBytes();
        ScriptedServlet app = new ScriptedServlet();
        site.deploy("answering", app);
        Site.Node first = site.node(FIRST);
        first.member().save(new Snapshot("token", first.member().self(), 1, later));

        site.kill(FIRST);
        site.clock.advance(MINUTE);
        site.node(SECOND).member().claim("token");
        site.node(THIRD).member().claim("token");
        site.clock.advance(MINUTE);

        assertThat(lines())
                .isNotEmpty()
                .hasSizeLessThan(3)
                .allMatch(line -> line.contains("session token of") && line.contains("of application answering"));
        assertThat(site.cluster.stored()).singleElement().satisfies(kept -> {
            assertThat(kept.state()).isEqualTo(later);
        });
    }
}
