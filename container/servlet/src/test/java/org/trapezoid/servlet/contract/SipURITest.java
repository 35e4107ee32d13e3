// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.TelURL;
import jakarta.servlet.sip.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.testing.Rfc;

/** SIP, telephone and other URIs (JSR 289 §4.1.5). */
class SipURITest {

    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        new TestServer().deploy("uris", app);
    }

    @Test
    @Rfc(value = 3261, section = "19.1.1")
    void aSipUriHasItsParts() {
        SipURI uri =
                (SipURI) app.uri("sips:ann:secret@a.test:5070;transport=tcp;maddr=m.test;ttl=5;user=phone;method=INVITE"
                        + ";lr?Subject=hi");

        assertThat(uri.getScheme()).isEqualTo("sips");
        assertThat(uri.isSecure()).isTrue();
        assertThat(uri.isSipURI()).isTrue();
        assertThat(uri.getUser()).isEqualTo("ann");
        assertThat(uri.getUserPassword()).isEqualTo("secret");
        assertThat(uri.getHost()).isEqualTo("a.test");
        assertThat(uri.getPort()).isEqualTo(5070);
        assertThat(uri.getTransportParam()).isEqualTo("tcp");
        assertThat(uri.getMAddrParam()).isEqualTo("m.test");
        assertThat(uri.getTTLParam()).isEqualTo(5);
        assertThat(uri.getUserParam()).isEqualTo("phone");
        assertThat(uri.getMethodParam()).isEqualTo("INVITE");
        assertThat(uri.getLrParam()).isTrue();
        assertThat(uri.getHeader("Subject")).isEqualTo("hi");
        assertThat(uri.getHeaderNameList()).containsExactly("Subject");
    }

    @Test
    void whatIsAbsentIsNullOrMinusOne() {
        SipURI uri = app.factory().createSipURI("ann", "a.test");

        assertThat(uri.getPort()).isEqualTo(-1);
        assertThat(uri.getTTLParam()).isEqualTo(-1);
        assertThat(uri.getTransportParam()).isNull();
        assertThat(uri.getUserPassword()).isNull();
        assertThat(uri.getHeader("Subject")).isNull();
        assertThat(uri.getLrParam()).isFalse();
        assertThat(uri.getParameter("x")).isNull();
        assertThatThrownBy(() -> uri.getParameter(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> uri.setParameter("x", null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> uri.getHeader(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void itsPartsCanBeSet() {
        SipURI uri = app.factory().createSipURI("ann", "a.test");

        uri.setUser("b c");
        uri.setPort(5080);
        uri.setSecure(true);
        uri.setLrParam(true);
        uri.setTransportParam("tls");
        uri.setParameter("x", "a;b");
        uri.setHeader("Subject", "a b");

        assertThat(uri.getUser()).isEqualTo("b c");
        assertThat(uri.getParameter("x")).isEqualTo("a;b");
        assertThat(uri.getHeader("Subject")).isEqualTo("a b");
        assertThat(uri.toString())
                .startsWith("sips:b%20c@a.test:5080")
                .contains("x=a%3Bb")
                .endsWith("?Subject=a%20b");
        uri.removeParameter("x");
        uri.removeHeader("Subject");
        uri.setPort(-1);
        uri.setLrParam(false);
        uri.setTransportParam(null);
        assertThat(uri).hasToString("sips:b%20c@a.test");
    }

    @Test
    @Rfc(value = 3261, section = "19.1.4")
    void equalityFollowsTheComparisonOfUris() {
        assertThat(app.uri("sip:%61nn@A.test;x=1")).isEqualTo(app.uri("sip:ann@a.test;x=1"));
        assertThat(app.uri("sip:ann@a.test;x=1")).isEqualTo(app.uri("sip:ann@a.test"));
        assertThat(app.uri("sip:ann@a.test;transport=udp")).isNotEqualTo(app.uri("sip:ann@a.test"));
        assertThat(app.uri("sip:ann@a.test:5060")).isNotEqualTo(app.uri("sip:ann@a.test"));
        assertThat(app.uri("sip:ANN@a.test")).isNotEqualTo(app.uri("sip:ann@a.test"));
    }

    @Test
    void aCopyIsFree() {
        URI uri = app.uri("sip:ann@a.test");
        URI copy = uri.clone();

        copy.setParameter("x", "1");

        assertThat(uri.getParameterNameSet()).isEmpty();
    }

    @Test
    @Rfc(value = 3966, section = "4")
    void aTelephoneNumberIsGlobalOrHasAContext() {
        TelURL tel = (TelURL) app.uri("tel:+1-234-567");

        assertThat(tel.isGlobal()).isTrue();
        assertThat(tel.getPhoneNumber()).isEqualTo("1-234-567");
        assertThat(tel.getPhoneContext()).isNull();
        assertThat(tel).isEqualTo(app.uri("tel:+1234567"));
        assertThat(tel.isSipURI()).isFalse();
        tel.setPhoneNumber("1234", "+1");
        assertThat(tel.isGlobal()).isFalse();
        assertThat(tel.getPhoneNumber()).isEqualTo("1234");
        assertThat(tel.getPhoneContext()).isEqualTo("+1");
        assertThatThrownBy(() -> tel.setPhoneNumber("no number")).isInstanceOf(IllegalArgumentException.class);
    }
}
