// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.uri.Uri;

class MappingPatternTest {
    private static final MappingTarget CALL = new Target(
            "INVITE",
            Uri.parse("sip:%62ob@Sales.Example.com;transport=tcp;flag"),
            NameAddr.parse("\"Alice Smith\" <sips:alice@atlanta.com:5071>;tag=1"),
            NameAddr.parse("<tel:+1-908.555(0)100;ext=7>"),
            Optional.empty());

    private record Target(String method, Uri uri, NameAddr from, NameAddr to, Optional<NameAddr> route)
            implements MappingTarget {}

    private static MappingVariable variable(String name) {
        return MappingVariable.parse(name).orElseThrow();
    }

    private static Target toUri(String uri) {
        return new Target(CALL.method(), Uri.parse(uri), CALL.from(), CALL.to(), CALL.route());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "request.method | INVITE",
                "request.uri | sip:%62ob@Sales.Example.com;transport=tcp;flag",
                "request.uri.scheme | sip",
                "request.uri.user | bob",
                "request.uri.host | Sales.Example.com",
                "request.uri.port | 5060",
                "request.uri.param.transport | tcp",
                "request.uri.param.flag | ''",
                "request.from | \"Alice Smith\" <sips:alice@atlanta.com:5071>;tag=1",
                "request.from.display-name | Alice Smith",
                "request.from.uri | sips:alice@atlanta.com:5071",
                "request.from.uri.scheme | sips",
                "request.from.uri.port | 5071",
                "request.to.uri.scheme | tel",
                "request.to.uri.tel | +19085550100",
                "request.to.uri.param.ext | 7"
            })
    void knowsTheVariables(String name, String value) {
        assertThat(variable(name).value(CALL)).contains(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "request.uri.param.absent",
                "request.uri.tel",
                "request.to.display-name",
                "request.to.uri.user",
                "request.to.uri.host",
                "request.to.uri.port",
                "request.route",
                "request.route.uri.host"
            })
    void takesUndefinedVariablesForFalseAndTheirNegationForTrue(String name) {
        var exists = new MappingPattern.Exists(variable(name));

        assertThat(exists.matches(CALL)).isFalse();
        assertThat(new MappingPattern.Contains(variable(name), "", false).matches(CALL))
                .isFalse();
        assertThat(new MappingPattern.SubdomainOf(variable(name), "").matches(CALL))
                .isFalse();
        assertThat(new MappingPattern.Not(exists).matches(CALL)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "request",
                "method",
                "request.methods",
                "request.uris",
                "request.uri.",
                "request.uri.param.",
                "request.uri.param",
                "request.uri.display-name",
                "request.from.user",
                "request.from.uri.user.x",
                "REQUEST.METHOD",
                "request.to.uri.password"
            })
    void knowsNoOtherVariables(String name) {
        assertThat(MappingVariable.parse(name)).isEmpty();
    }

    @Test
    void takesATelephoneNumberFromASipUriOfAPhone() {
        var tel = variable("request.uri.tel");

        assertThat(tel.value(toUri("sip:+1-212-555(99);phone-context=x@gw.com;user=phone")))
                .contains("+121255599");
        assertThat(tel.value(toUri("sip:+1-212-555-99@gw.com;user=ip"))).isEmpty();
        assertThat(tel.value(toUri("sip:gw.com;user=phone"))).isEmpty();
        assertThat(tel.value(toUri("tel:911;phone-context=+1"))).contains("911");
    }

    @Test
    void takesTheDefaultPortOfSips() {
        assertThat(variable("request.uri.port").value(toUri("sips:a@b"))).contains("5061");
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, true",
        "EXAMPLE.COM, true",
        "sales.example.com, true",
        "ample.com, false",
        "a.sales.example.com, false",
        "com, true"
    })
    void matchesSubdomains(String domain, boolean matches) {
        assertThat(new MappingPattern.SubdomainOf(variable("request.uri.host"), domain).matches(CALL))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({"+1, true", "+1908, true", "+44, false", "908, false", "0100, false"})
    void matchesTelephoneNumbersByTheirPrefix(String prefix, boolean matches) {
        assertThat(new MappingPattern.SubdomainOf(variable("request.to.uri.tel"), prefix).matches(CALL))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({"INVITE, false, true", "invite, false, false", "invite, true, true", "INVITED, true, false"})
    void comparesWithAndWithoutCase(String value, boolean ignoreCase, boolean matches) {
        assertThat(new MappingPattern.Equal(variable("request.method"), value, ignoreCase).matches(CALL))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "VIT, false, true",
        "vit, false, false",
        "vit, true, true",
        "INVITE, false, true",
        "INVITES, true, false"
    })
    void findsPartsWithAndWithoutCase(String value, boolean ignoreCase, boolean matches) {
        assertThat(new MappingPattern.Contains(variable("request.method"), value, ignoreCase).matches(CALL))
                .isEqualTo(matches);
    }

    @Test
    void combinesConditions() {
        var yes = new MappingPattern.Exists(variable("request.method"));
        var no = new MappingPattern.Exists(variable("request.route"));

        assertThat(new MappingPattern.And(List.of(yes, yes)).matches(CALL)).isTrue();
        assertThat(new MappingPattern.And(List.of(yes, no)).matches(CALL)).isFalse();
        assertThat(new MappingPattern.Or(List.of(no, yes)).matches(CALL)).isTrue();
        assertThat(new MappingPattern.Or(List.of(no, no)).matches(CALL)).isFalse();
    }

    @Test
    void selectsTheFirstMappingThatMatches() {
        var isMessage = new MappingPattern.Equal(variable("request.method"), "MESSAGE", false);
        var hasUser = new MappingPattern.Exists(variable("request.uri.user"));
        var selection = new ServletSelection.Mappings(
                List.of(
                        new ServletMapping("messages", isMessage),
                        new ServletMapping("users", hasUser),
                        new ServletMapping("late", hasUser)),
                Optional.of("messages"));

        assertThat(selection.select(CALL)).contains("users");
        assertThat(selection.select(toUri("sip:example.com"))).isEmpty();
        assertThat(selection.defaultServlet()).contains("messages");
        assertThat(new ServletSelection.MainServlet("main").select(CALL)).contains("main");
    }
}
