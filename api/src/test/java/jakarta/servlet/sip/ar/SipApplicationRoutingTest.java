// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.ar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

class SipApplicationRoutingTest {

    @Test
    void regionConstantsHaveTheirTypeAndLabel() {
        assertThat(SipApplicationRoutingRegion.ORIGINATING_REGION.getType())
                .isEqualTo(SipApplicationRoutingRegionType.ORIGINATING);
        assertThat(SipApplicationRoutingRegion.TERMINATING_REGION.getType())
                .isEqualTo(SipApplicationRoutingRegionType.TERMINATING);
        assertThat(SipApplicationRoutingRegion.NEUTRAL_REGION.getType())
                .isEqualTo(SipApplicationRoutingRegionType.NEUTRAL);
        assertThat(SipApplicationRoutingRegion.NEUTRAL_REGION)
                .hasToString(SipApplicationRoutingRegion.NEUTRAL_REGION.getLabel())
                .hasToString("NEUTRAL");
    }

    @Test
    void regionConstantsStayTheSameObjectsThroughSerialization() throws Exception {
        assertThat(copy(SipApplicationRoutingRegion.ORIGINATING_REGION))
                .isSameAs(SipApplicationRoutingRegion.ORIGINATING_REGION);
        assertThat(copy(SipApplicationRoutingRegion.TERMINATING_REGION))
                .isSameAs(SipApplicationRoutingRegion.TERMINATING_REGION);
        assertThat(copy(SipApplicationRoutingRegion.NEUTRAL_REGION))
                .isSameAs(SipApplicationRoutingRegion.NEUTRAL_REGION);
    }

    @Test
    void regionsOfARouterKeepTheirLabelThroughSerialization() throws Exception {
        SipApplicationRoutingRegion copy = copy(new SipApplicationRoutingRegion("LOBBY", null));
        SipApplicationRoutingRegion unnamed = copy(new SipApplicationRoutingRegion(null, null));

        assertThat(copy.getLabel()).isEqualTo("LOBBY");
        assertThat(copy.getType()).isNull();
        assertThat(unnamed.getLabel()).isNull();
    }

    @Test
    void routerInfoReturnsWhatItWasMadeOf() {
        SipApplicationRouterInfo info = new SipApplicationRouterInfo(
                "screening",
                SipApplicationRoutingRegion.TERMINATING_REGION,
                "sip:bob@example.com",
                new String[] {"sip:a.example.com;lr"},
                SipRouteModifier.ROUTE,
                7);

        assertThat(info.getNextApplicationName()).isEqualTo("screening");
        assertThat(info.getRoutingRegion()).isSameAs(SipApplicationRoutingRegion.TERMINATING_REGION);
        assertThat(info.getSubscriberURI()).isEqualTo("sip:bob@example.com");
        assertThat(info.getRoutes()).containsExactly("sip:a.example.com;lr");
        assertThat(info.getRouteModifier()).isEqualTo(SipRouteModifier.ROUTE);
        assertThat(info.getStateInfo()).isEqualTo(7);
    }

    @Test
    void routerInfoCannotBeChangedThroughItsRoutes() {
        String[] routes = {"sip:a.example.com;lr"};
        SipApplicationRouterInfo info =
                new SipApplicationRouterInfo(null, null, null, routes, SipRouteModifier.ROUTE, null);

        routes[0] = "sip:evil.example.com";
        info.getRoutes()[0] = "sip:evil.example.com";

        assertThat(info.getRoutes()).containsExactly("sip:a.example.com;lr");
    }

    @Test
    void routerInfoMayHaveNoRoutes() {
        SipApplicationRouterInfo info =
                new SipApplicationRouterInfo("a", null, null, null, SipRouteModifier.NO_ROUTE, null);

        assertThat(info.getRoutes()).isNull();
    }

    @Test
    void targetedRequestInfoReturnsWhatItWasMadeOf() {
        SipTargetedRequestInfo info = new SipTargetedRequestInfo(SipTargetedRequestType.JOIN, "conference");

        assertThat(info.getType()).isEqualTo(SipTargetedRequestType.JOIN);
        assertThat(info.getApplicationName()).isEqualTo("conference");
    }

    @SuppressWarnings("BanSerializableRead") // reads what it has just written
    private static SipApplicationRoutingRegion copy(SipApplicationRoutingRegion region)
            throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(region);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (SipApplicationRoutingRegion) in.readObject();
        }
    }
}
