// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import static jakarta.servlet.sip.Fakes.fake;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletContext;
import jakarta.servlet.sip.annotation.BranchResponse;
import jakarta.servlet.sip.annotation.SipPredicate;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventsTest {
    private final SipSession session = fake(SipSession.class, Map.of());
    private final SipApplicationSession appSession = fake(SipApplicationSession.class, Map.of());
    private final SipServletRequest request = fake(SipServletRequest.class, Map.of());
    private final SipServletResponse response = fake(SipServletResponse.class, Map.of());

    @Test
    void sessionEventsHaveTheSessionAsSource() {
        SipSessionEvent ofSession = new SipSessionEvent(session);
        SipApplicationSessionEvent ofAppSession = new SipApplicationSessionEvent(appSession);

        assertThat(ofSession.getSession()).isSameAs(session).isSameAs(ofSession.getSource());
        assertThat(ofAppSession.getApplicationSession()).isSameAs(appSession).isSameAs(ofAppSession.getSource());
    }

    @Test
    void attributeEventsNameTheStoreAndTheAttribute() {
        AttributeStoreBindingEvent<SipSession> event = new AttributeStoreBindingEvent<>(session, "colour");

        assertThat(event.getAttributeStore()).isSameAs(session).isSameAs(event.getSource());
        assertThat(event.getName()).isEqualTo("colour");
    }

    @Test
    @SuppressWarnings("deprecation") // applications of version 1.1 use them
    void oldAttributeEventsNameTheSessionAndTheAttribute() {
        SipSessionBindingEvent ofSession = new SipSessionBindingEvent(session, "a");
        SipApplicationSessionBindingEvent ofAppSession = new SipApplicationSessionBindingEvent(appSession, "b");

        assertThat(ofSession.getSession()).isSameAs(session).isSameAs(ofSession.getSource());
        assertThat(ofSession.getName()).isEqualTo("a");
        assertThat(ofAppSession.getApplicationSession()).isSameAs(appSession).isSameAs(ofAppSession.getSource());
        assertThat(ofAppSession.getName()).isEqualTo("b");
    }

    @Test
    void errorEventsHaveTheRequestAndTheResponseOrNone() {
        SipErrorEvent noAck = new SipErrorEvent(request, response);
        SipErrorEvent noNotify = new SipErrorEvent(request, null);

        assertThat(noAck.getRequest()).isSameAs(request).isSameAs(noAck.getSource());
        assertThat(noAck.getResponse()).isSameAs(response);
        assertThat(noNotify.getResponse()).isNull();
    }

    @Test
    void flowEventsHaveTheFlowAsSource() {
        Flow flow = fake(Flow.class, Map.of());

        FlowFailedEvent event = new FlowFailedEvent(flow);

        assertThat(event.getFlow()).isSameAs(flow).isSameAs(event.getSource());
    }

    @Test
    void contextEventsHaveTheServletOrNoneForAPojo() {
        ServletContext context = fake(ServletContext.class, Map.of());
        SipServlet servlet = new SipServlet() {};

        SipServletContextEvent event = new SipServletContextEvent(context, servlet);

        assertThat(event.getServletContext()).isSameAs(context);
        assertThat(event.getSipServlet()).isSameAs(servlet);
        assertThat(new SipServletContextEvent(context, null).getSipServlet()).isNull();
    }

    @Test
    void eventsNeedASource() {
        assertThatThrownBy(() -> new SipSessionEvent(null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SipErrorEvent(null, response)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FlowFailedEvent(null)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void branchResponsePredicateAsksTheResponse() throws Exception {
        Class<?> type = BranchResponse.class.getAnnotation(SipPredicate.class).value();
        BranchResponse.Predicate predicate =
                (BranchResponse.Predicate) type.getConstructor().newInstance();

        assertThat(predicate.apply(fake(SipServletResponse.class, Map.of("isBranchResponse", true))))
                .isTrue();
        assertThat(predicate.apply(fake(SipServletResponse.class, Map.of("isBranchResponse", false))))
                .isFalse();
    }
}
