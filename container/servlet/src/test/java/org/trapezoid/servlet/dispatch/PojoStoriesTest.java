// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Predicate;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServletContextEvent;
import jakarta.servlet.sip.SipServletListener;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.URI;
import jakarta.servlet.sip.annotation.AnyMethod;
import jakarta.servlet.sip.annotation.BranchResponse;
import jakarta.servlet.sip.annotation.Bye;
import jakarta.servlet.sip.annotation.ErrorResponse;
import jakarta.servlet.sip.annotation.Invite;
import jakarta.servlet.sip.annotation.ProvisionalResponse;
import jakarta.servlet.sip.annotation.SipMethod;
import jakarta.servlet.sip.annotation.SipPredicate;
import jakarta.servlet.sip.annotation.SipResponseCode;
import jakarta.servlet.sip.annotation.SuccessResponse;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Servlets that extend nothing (JSR 359): which of their methods gets a message. */
class PojoStoriesTest {
    private static final List<String> events = new CopyOnWriteArrayList<>();

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");

    @BeforeEach
    void forget() {
        events.clear();
    }

    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @SipMethod("FROTZ")
    @interface Frotz {}

    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @SipResponseCode(486)
    @interface Busy {}

    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @SipPredicate(Urgent.class)
    @interface IfUrgent {}

    /** Whether a request is urgent. */
    public static class Urgent implements Predicate<SipServletRequest> {
        @Override
        public boolean apply(SipServletRequest request) {
            return "emergency".equals(request.getHeader("Priority"));
        }
    }

    /** Handles what every application here handles. */
    public static class Base {
        @Bye
        public void hangUp(SipServletRequest request) throws IOException {
            events.add("base bye");
            request.createResponse(200).send();
        }

        @Frotz
        void frotz(SipServletRequest request) throws IOException {
            events.add("frotz");
            request.createResponse(202).send();
        }
    }

    /** Answers by its rules. */
    public static class Screening extends Base {
        @Resource
        private @Nullable SipFactory factory;

        @PostConstruct
        void begin() {
            events.add("constructed " + (factory != null));
        }

        @PreDestroy
        void end() {
            events.add("ends");
        }

        @Invite
        protected void invite(SipServletRequest request) throws IOException {
            events.add("invite");
            request.createResponse(486).send();
        }

        @Invite
        @IfUrgent
        void urgent(SipServletRequest request) throws IOException {
            events.add("urgent");
            request.createResponse(200).send();
        }

        @AnyMethod
        void other(SipServletRequest request) throws IOException {
            events.add("other " + request.getMethod());
            if (!request.getMethod().equals("ACK")) {
                request.createResponse(405).send();
            }
        }

        @Override
        @Bye
        public void hangUp(SipServletRequest request) throws IOException {
            events.add("bye");
            super.hangUp(request);
        }
    }

    /** Hears that servlets are ready. */
    public static class Ready implements SipServletListener {
        @Override
        public void servletInitialized(SipServletContextEvent event) {
            events.add("ready " + (event.getSipServlet() == null));
        }
    }

    /** Is given its responses. */
    public static class Calling {
        @Invite
        void invite(SipServletRequest request) throws ServletException, IOException {
            URI also = request.getAddressHeader("Also").getURI();
            request.getProxy().proxyTo(List.of(request.getRequestURI(), also));
        }

        @AnyMethod
        void request(SipServletRequest request) {
            events.add("any " + request.getMethod());
        }

        @Invite
        @ProvisionalResponse
        void provisional(SipServletResponse response) {
            events.add("provisional " + response.getStatus());
        }

        @SuccessResponse
        void success(SipServletResponse response) {
            events.add("success " + response.getMethod());
        }

        @ErrorResponse
        void error(SipServletResponse response) {
            events.add("error " + response.getStatus());
        }

        @Busy
        void busy(SipServletResponse response) {
            events.add("busy");
        }

        @BranchResponse
        void branch(SipServletResponse response) {
            events.add("branch " + response.getStatus());
        }
    }

    /** Throws. */
    public static class Throwing {
        @Invite
        void invite(SipServletRequest request) throws Exception {
            throw new Exception("checked");
        }
    }

    @Test
    void theMostSpecificMethodGetsTheMessageAndNoOther() throws Exception {
        server.deploy("screening", Screening.class, Ready.class);
        assertThat(events).containsExactly("constructed true", "ready true");
        events.clear();

        alice.send(alice.request(Method.INVITE, "sip:app@a.test").set(HeaderName.of("Priority"), "normal"));
        alice.nextResponse(486);
        alice.send(alice.request(Method.of("FROTZ"), "sip:app@a.test"));
        alice.nextResponse(202);
        alice.send(alice.request(Method.OPTIONS, "sip:app@a.test"));
        alice.nextResponse(405);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test")
                .set(HeaderName.CALL_ID, "emergency")
                .set(HeaderName.of("Priority"), "emergency"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);

        assertThat(events)
                .containsExactly("invite", "frotz", "other OPTIONS", "urgent", "other ACK", "bye", "base bye");
        server.layer().applications().undeploy("screening", Duration.ZERO);
        server.advance(Duration.ofMinutes(1));
        assertThat(events).last().isEqualTo("ends");
    }

    @Test
    void whatNoMethodTakesIsDropped() throws Exception {
        server.deploy("calling", Throwing.class);

        alice.send(alice.request(Method.OPTIONS, "sip:app@a.test"));

        assertThat(alice.rest()).isEmpty();
    }

    @Test
    void responsesGoByMethodAndStatus() throws Exception {
        server.deploy("calling", Calling.class);
        Peer bob = server.peer("bob");
        Peer carol = server.peer("carol");

        alice.send(alice.request(Method.INVITE, "sip:" + bob.host())
                .add(HeaderName.of("Also"), "<sip:" + carol.host() + ">"));
        Request toBob = bob.nextRequest(Method.INVITE);
        Request toCarol = carol.nextRequest(Method.INVITE);
        bob.send(bob.answer(toBob, 180));
        bob.send(bob.answer(toBob, 500));
        carol.send(carol.answer(toCarol, 486));
        alice.nextResponse(180);
        alice.nextResponse(486);

        assertThat(events).containsExactly("provisional 180", "branch 500", "branch 486", "busy");
    }

    @Test
    void aMethodThatThrowsIsAnsweredFor() throws Exception {
        server.deploy("throwing", Throwing.class);

        alice.send(alice.request(Method.INVITE, "sip:app@a.test"));

        alice.nextResponse(500);
    }

    @Test
    void aClassWithoutAMethodForMessagesIsRefusedByName() {
        assertThatThrownBy(() -> server.deploy("nothing", PojoStoriesTest.class))
                .isInstanceOf(ServletException.class)
                .hasMessageContaining("PojoStoriesTest");
    }
}
