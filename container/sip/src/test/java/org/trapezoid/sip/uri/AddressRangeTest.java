// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.uri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,      10.255.0.1,       true",
        "10.0.0.0/8,      11.0.0.0,         false",
        "10.1.2.3/8,      10.9.9.9,         true",
        "172.16.0.0/12,   172.31.255.255,   true",
        "172.16.0.0/12,   172.32.0.0,       false",
        "192.0.2.128/25,  192.0.2.128,      true",
        "192.0.2.128/25,  192.0.2.127,      false",
        "192.0.2.7,       192.0.2.7,        true",
        "192.0.2.7,       192.0.2.6,        false",
        "0.0.0.0/0,       203.0.113.1,      true",
        "0.0.0.0/0,       2001:db8::1,      false",
        "10.0.0.0/8,      ::ffff:10.0.0.1,  true",
        "fd00::/8,        fdff::1,          true",
        "fd00::/8,        fe00::1,          false",
        "2001:db8::1,     2001:db8::1,      true",
        "2001:db8:8::/45, 2001:db8:f::1,    true",
        "2001:db8:8::/45, 2001:db8:10::1,   false"
    })
    void holdsTheAddressesWithItsPrefix(String range, String address, boolean inside) throws UnknownHostException {
        assertThat(AddressRange.parse(range)
                        .contains(InetAddress.getByName(address).getAddress()))
                .isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/8/8",
                "10.0/8",
                "10.0.0.256",
                "::/129",
                "localhost",
                "fe80::1%eth0",
                "[::1]",
                "10.0.0.0 /8"
            })
    void isNothingElse(String text) {
        assertThatThrownBy(() -> AddressRange.parse(text)).isInstanceOf(SyntaxException.class);
    }

    private static ForbiddenRanges forbidden(String range, String except) {
        return ForbiddenRanges.of(
                List.of(new ForbiddenRanges.Forbidden(AddressRange.parse(range), List.of(AddressRange.parse(except)))));
    }

    @Test
    void whoIsInsideMaySendInside() throws UnknownHostException {
        ForbiddenRanges all = forbidden("10.0.0.0/8", "10.0.0.5").and(forbidden("fd00::/8", "fd00::1"));

        ForbiddenRanges forInside = all.forMessagesTo(InetAddress.getByName("10.9.9.9"));

        assertThat(forInside.contains(InetAddress.getByName("10.1.1.1"))).isFalse();
        assertThat(forInside.contains(InetAddress.getByName("fd00::2"))).isTrue();
        assertThat(all.forMessagesTo(InetAddress.getByName("192.0.2.1"))).isSameAs(all);
        assertThat(all.forMessagesTo(InetAddress.getByName("0.0.0.0"))).isSameAs(all);
    }

    @Test
    void anExemptionStaysAnExemptionWhenRangesAreJoined() throws UnknownHostException {
        ForbiddenRanges one = forbidden("10.0.0.0/8", "10.0.0.5");

        assertThat(one.and(one)).isSameAs(one);
        assertThat(one.and(ForbiddenRanges.NONE)).isSameAs(one);
        assertThat(ForbiddenRanges.NONE.and(one).contains(InetAddress.getByName("10.0.0.5")))
                .isFalse();
        assertThat(ForbiddenRanges.NONE.and(one).contains(InetAddress.getByName("10.0.0.6")))
                .isTrue();
    }

    @Test
    void whatWasWrittenDownForbidsTheSame() throws UnknownHostException {
        ForbiddenRanges all = ForbiddenRanges.of(List.of(
                        new ForbiddenRanges.Forbidden(
                                AddressRange.parse("10.0.0.0/8"),
                                List.of(AddressRange.parse("10.0.0.5"), AddressRange.parse("10.1.0.0/16"))),
                        new ForbiddenRanges.Forbidden(AddressRange.parse("192.0.2.7"), List.of())))
                .and(forbidden("fd00::/8", "fd00::1"));

        ForbiddenRanges read = ForbiddenRanges.parse(all.texts());

        assertThat(all.texts()).hasSize(3);
        assertThat(read.and(all)).isSameAs(read);
        assertThat(all.and(read)).isSameAs(all);
        assertThat(read.contains(InetAddress.getByName("10.1.2.3"))).isFalse();
        assertThat(read.contains(InetAddress.getByName("fd00::2"))).isTrue();
        assertThat(ForbiddenRanges.parse(ForbiddenRanges.NONE.texts())).isSameAs(ForbiddenRanges.NONE);
    }
}
