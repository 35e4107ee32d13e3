// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

class CertificateNamesTest {
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;

    @ParameterizedTest
    @CsvSource({
        "sip:example.com, example.com",
        "SIP:Example.COM, example.com",
        "sip:example.com:5061;transport=tls, example.com",
        "sip:192.0.2.1, 192.0.2.1",
    })
    @Rfc(value = 5922, section = "7.1")
    @Checklist("X13")
    void takesTheHostOfASipUri(String uri, String domain) {
        assertThat(CertificateNames.domains(certificate("cn.example", name(URI, uri))))
                .containsExactly(domain);
    }

    @ParameterizedTest
    @CsvSource({"sip:alice@example.com", "sips:example.com", "https://example.com", "mailto:a@example.com", "'sip:'"})
    @Rfc(value = 5922, section = "7.1")
    void takesNoUserAndNoOtherScheme(String uri) {
        assertThat(CertificateNames.domains(certificate("cn.example", name(URI, uri))))
                .isEmpty();
    }

    @Test
    @Rfc(value = 5922, section = "7.1")
    void takesDnsNamesOnlyWithoutASipUri() {
        assertThat(CertificateNames.domains(
                        certificate("cn.example", name(DNS, "host.example.com"), name(URI, "sip:example.com"))))
                .containsExactly("example.com");
        assertThat(CertificateNames.domains(certificate(
                        "cn.example", name(DNS, "Example.com"), name(DNS, "b.test"), name(URI, "sip:alice@c.test"))))
                .containsExactly("example.com", "b.test");
    }

    @Test
    @Rfc(value = 5922, section = "7.1")
    void takesTheCommonNameOnlyWithoutAnySubjectAltName() {
        assertThat(CertificateNames.domains(certificate("Example.com"))).containsExactly("example.com");
        assertThat(CertificateNames.domains(certificate("example.com", name(IP, "192.0.2.1"))))
                .isEmpty();
        assertThat(CertificateNames.domains(certificate("The Example Company"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, example.com, true",
        "example.com, EXAMPLE.com., true",
        "example.com, sip.example.com, false",
        "sip.example.com, example.com, false",
        "*.example.com, sip.example.com, false",
        "*.example.com, *.example.com, false",
        ".example.com, sip.example.com, false",
        "example.com, example.com.evil.test, false",
    })
    @Rfc(value = 5922, section = "7.2")
    @Checklist("X13")
    void comparesWholeNamesAndKnowsNoWildcards(String named, String domain, boolean same) {
        assertThat(CertificateNames.name(certificate("cn.example", name(DNS, named)), domain))
                .isEqualTo(same);
    }

    @Test
    void namesAnAddressByItsIpAddressOrUri() throws Exception {
        InetAddress address = InetAddress.getByName("192.0.2.1");
        InetAddress six = InetAddress.getByName("2001:db8::1");

        assertThat(CertificateNames.name(certificate("x", name(IP, "192.0.2.1")), address))
                .isTrue();
        assertThat(CertificateNames.name(certificate("x", name(IP, "2001:db8:0:0:0:0:0:1")), six))
                .isTrue();
        assertThat(CertificateNames.name(certificate("x", name(URI, "sip:192.0.2.1")), address))
                .isTrue();
        assertThat(CertificateNames.name(certificate("x", name(IP, "192.0.2.2")), address))
                .isFalse();
    }

    private record Name(int type, String value) {}

    private static Name name(int type, String value) {
        return new Name(type, value);
    }

    private static FakeCertificate certificate(String commonName, Name... names) {
        List<List<?>> alternatives = new ArrayList<>();
        for (Name name : names) {
            alternatives.add(List.of(name.type, name.value));
        }
        return new FakeCertificate(commonName, alternatives);
    }
}
