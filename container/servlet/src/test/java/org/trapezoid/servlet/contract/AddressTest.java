// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.Parameterable;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.SipServletRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.testing.Rfc;

/** Addresses and other values with parameters (JSR 289 §4.1). */
class AddressTest {

    private final TestServer server = new TestServer();
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("values", app);
    }

    @Test
    @Rfc(value = 3261, section = "20.10")
    void readsAndWritesItsParts() throws Exception {
        Address address = app.factory().createAddress("\"Ann, B.\" <sip:ann@a.test>;q=0.5;expires=60;x");

        assertThat(address.getDisplayName()).isEqualTo("Ann, B.");
        assertThat(address.getQ()).isEqualTo(0.5f);
        assertThat(address.getExpires()).isEqualTo(60);
        assertThat(address.getParameter("x")).isEmpty();
        assertThat(address.getParameter("y")).isNull();
        assertThat(address.getParameterNameSet()).containsExactlyInAnyOrder("q", "expires", "x");
        address.setQ(-1);
        address.setExpires(-1);
        address.setParameter("x", null);
        address.setDisplayName("Ann");
        address.setURI(app.uri("tel:+1234"));
        assertThat(address.getQ()).isEqualTo(-1f);
        assertThat(address.getExpires()).isEqualTo(-1);
        assertThat(address.getURI().getScheme()).isEqualTo("tel");
        assertThat(address.getParameters()).isEmpty();
        assertThatThrownBy(() -> address.setQ(1.1f)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> address.setURI(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> app.factory().createAddress("<sip:")).isInstanceOf(ServletParseException.class);
    }

    @Test
    void equalityLooksAtUriAndParameters() throws Exception {
        Address one = app.address("\"A\" <sip:ann@a.test>;x=1;y=2");

        assertThat(app.address("<sip:ann@A.test>;y=2;x=1")).isEqualTo(one).hasSameHashCodeAs(one);
        assertThat(app.address("<sip:ann@a.test>;x=2;y=2")).isNotEqualTo(one);
        assertThat(app.address("<sip:bob@a.test>;x=1;y=2")).isNotEqualTo(one);
    }

    @Test
    void onlyTheStarIsTheWildcard() {
        assertThat(app.address("*").isWildcard()).isTrue();
        assertThat(app.address("<sip:a.test>").isWildcard()).isFalse();
    }

    @Test
    void aCopyIsFreeAndHasNoTag() {
        SipServletRequest request = app.request("INVITE", server.peer("bob"));
        Address from = request.getFrom();
        assertThatThrownBy(() -> from.setParameter("tag", "mine")).isInstanceOf(IllegalStateException.class);

        Address copy = (Address) from.clone();
        copy.setDisplayName("Copy");

        assertThat(copy.getParameter("tag")).isNull();
        assertThat(from.getParameter("tag")).isNotNull();
        assertThat(from.getDisplayName()).isNull();
    }

    @Test
    void valuesCanBeSerialised() throws Exception {
        Address address = app.address("\"A\" <sip:ann@a.test;transport=tcp>;x=1");
        Parameterable parameterable = app.factory().createParameterable("text/plain;charset=utf-8");

        assertThat(Copies.serialised(address)).isEqualTo(address).hasToString(address.toString());
        assertThat(Copies.serialised(parameterable)).isEqualTo(parameterable);
        assertThat(Copies.serialised(app.uri("tel:+1-234"))).isEqualTo(app.uri("tel:+1234"));
        assertThat(Copies.serialised(app.uri("mailto:a@b"))).isEqualTo(app.uri("mailto:a@b"));
    }

    @Test
    void aValueWithParametersIsReadAndWritten() throws Exception {
        Parameterable value = app.factory().createParameterable("text/plain;charset=utf-8;flag");

        value.setValue("text/html");
        value.setParameter("charset", "ascii");
        value.removeParameter("flag");

        assertThat(value.getValue()).isEqualTo("text/html");
        assertThat(value).hasToString("text/html;charset=ascii");
        assertThatThrownBy(() -> value.setValue(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> value.setParameter(null, "x")).isInstanceOf(NullPointerException.class);
        assertThat(((Parameterable) value.clone()).getParameter("charset")).isEqualTo("ascii");
    }
}
