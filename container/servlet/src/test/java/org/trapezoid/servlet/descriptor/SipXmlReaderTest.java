// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.descriptor.LoginConfig.IdentityAssertion;
import org.trapezoid.servlet.descriptor.ResourceReference.Kind;
import org.trapezoid.servlet.descriptor.SecurityConstraint.TransportGuarantee;

class SipXmlReaderTest {
    private final SipXmlReader reader = new SipXmlReader();

    private Declaration read(String text) throws DeploymentException {
        return reader.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "sip.xml");
    }

    private void refuses(String text, String... parts) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void readsVersion1_0WithoutFetchingItsDtd() throws Exception {
        var xml = read("""
                <?xml version="1.0" encoding="UTF-8"?>
                <!DOCTYPE sip-app PUBLIC "-//Java Community Process//DTD SIP Application 1.0//EN"
                    "http://localhost:1/dtd/sip-app_1_0.dtd">
                <sip-app>
                  <icon><small-icon>a.png</small-icon></icon>
                  <display-name>Echo</display-name>
                  <description>An <b xmlns="urn:x">echo</b></description>
                  <distributable/>
                  <context-param><param-name>color</param-name><param-value> dark  blue </param-value></context-param>
                  <listener><listener-class>org.example.Listener</listener-class></listener>
                  <servlet>
                    <servlet-name>echo</servlet-name>
                    <servlet-class>org.example.Echo</servlet-class>
                    <init-param><param-name>a</param-name><param-value>1</param-value></init-param>
                    <load-on-startup>1</load-on-startup>
                    <run-as><role-name>boss</role-name></run-as>
                    <security-role-ref><role-name>in-code</role-name><role-link>boss</role-link></security-role-ref>
                  </servlet>
                  <servlet-mapping>
                    <servlet-name>echo</servlet-name>
                    <pattern><equal><var>request.method</var><value>INVITE</value></equal></pattern>
                  </servlet-mapping>
                  <proxy-config><sequential-search-timeout>45</sequential-search-timeout></proxy-config>
                  <session-config><session-timeout>-1</session-timeout></session-config>
                </sip-app>
                """);

        assertThat(xml.version()).isEqualTo(DescriptorVersion.V1_0);
        assertThat(xml.appName()).isEmpty();
        assertThat(xml.displayName()).contains("Echo");
        assertThat(xml.distributable()).isTrue();
        assertThat(xml.contextParams()).containsEntry("color", "dark  blue");
        assertThat(xml.listeners()).containsExactly("org.example.Listener");
        assertThat(xml.mappings()).hasSize(1);
        assertThat(xml.proxyTimeout()).isEqualTo(OptionalInt.of(45));
        assertThat(xml.sessionTimeout()).isEqualTo(OptionalInt.of(-1));
        var servlet = xml.servlets().get(0);
        assertThat(servlet.className()).contains("org.example.Echo");
        assertThat(servlet.initParams()).containsEntry("a", "1");
        assertThat(servlet.loadOnStartup()).isEqualTo(OptionalInt.of(1));
        assertThat(servlet.runAs()).contains("boss");
        assertThat(servlet.roleLinks()).containsEntry("in-code", "boss");
        assertThat(servlet.where()).isEqualTo("sip.xml:11");
    }

    @Test
    void readsVersion1_1InAnyOrderWithMixedPrefixes() throws Exception {
        var xml = read("""
                <sip-app xmlns="http://www.jcp.org/xml/ns/sipservlet"
                         xmlns:javaee="http://java.sun.com/xml/ns/javaee"
                         xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                         xsi:schemaLocation="http://www.jcp.org/xml/ns/sipservlet http://localhost:1/sip-app_1_1.xsd">
                  <session-config><javaee:session-timeout>10</javaee:session-timeout></session-config>
                  <servlet-selection><main-servlet>
                      main
                  </main-servlet></servlet-selection>
                  <vendor:tuning xmlns:vendor="urn:vendor"><app-name>not this</app-name></vendor:tuning>
                  <servlet>
                    <javaee:servlet-name>
                      main
                    </javaee:servlet-name>
                    <javaee:servlet-class> org.example.Main </javaee:servlet-class>
                    <javaee:load-on-startup/>
                  </servlet>
                  <app-name>
                    org.example.app
                  </app-name>
                </sip-app>
                """);

        assertThat(xml.version()).isEqualTo(DescriptorVersion.V1_1);
        assertThat(xml.appName()).contains("org.example.app");
        assertThat(xml.mainServlet().map(Declaration.Name::value)).contains("main");
        assertThat(xml.sessionTimeout()).isEqualTo(OptionalInt.of(10));
        assertThat(xml.servlets().get(0).name()).isEqualTo("main");
        assertThat(xml.servlets().get(0).className()).contains("org.example.Main");
        assertThat(xml.servlets().get(0).loadOnStartup()).isEqualTo(OptionalInt.of(0));
    }

    @Test
    void readsTheOptionsOfVersion2_0() throws Exception {
        var xml = read("""
                <s:sip-app xmlns:s="http://xmlns.jcp.org/xml/ns/sipservlet" version="2.0">
                  <s:app-name>a</s:app-name>
                  <s:concurrency-mode>ApplicationSession</s:concurrency-mode>
                  <s:disable-cancel-handling>true</s:disable-cancel-handling>
                  <s:establish-dialog-on-subscribe-transaction>false</s:establish-dialog-on-subscribe-transaction>
                  <s:enable-derived-session-attribute-cloning/>
                </s:sip-app>
                """);

        assertThat(xml.version()).isEqualTo(DescriptorVersion.V2_0);
        assertThat(xml.options())
                .isEqualTo(new Declaration.Options(
                        Optional.of(ConcurrencyMode.APPLICATIONSESSION),
                        Optional.of(true),
                        Optional.of(false),
                        Optional.of(true)));
    }

    private static final String CHILDREN = """
            <%1$sapp-name>
               shop
            </%1$sapp-name>
            <%1$sservlet-selection><%1$sservlet-mapping>
              <%2$sservlet-name>\t front desk\r\n </%2$sservlet-name>
              <%1$spattern><%1$sexists><%1$svar> request.uri </%1$svar></%1$sexists></%1$spattern>
            </%1$sservlet-mapping></%1$sservlet-selection>
            <%1$sservlet>
              <%2$sservlet-name>
                front desk
              </%2$sservlet-name>
              <%2$sservlet-class>
                org.example.Desk
              </%2$sservlet-class>
              <%2$sinit-param><%2$sparam-name> a </%2$sparam-name><%2$sparam-value> 1 </%2$sparam-value></%2$sinit-param>
            </%1$sservlet>
            <%1$slistener><%2$slistener-class>
               org.example.Listener
            </%2$slistener-class></%1$slistener>
            """;

    /** How descriptors were written over the years: document type, prefixes and namespaces, with white space around all names. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<!DOCTYPE sip-app PUBLIC '-//Java Community Process//DTD SIP Application 1.0//EN'"
                        + " 'http://localhost:1/sip-app_1_0.dtd'><sip-app> | '' | '' | </sip-app>",
                "<sip-app xmlns='http://www.jcp.org/xml/ns/sipservlet' version='1.1'> | '' | '' | </sip-app>",
                "<sip-app xmlns='http://www.jcp.org/xml/ns/sipservlet'"
                        + " xmlns:javaee='http://java.sun.com/xml/ns/javaee'> | '' | javaee: | </sip-app>",
                "<s:sip-app xmlns:s='http://www.jcp.org/xml/ns/sipservlet' xmlns='http://java.sun.com/xml/ns/javaee'>"
                        + " | s: | '' | </s:sip-app>",
                "<s:sip-app xmlns:s='http://www.jcp.org/xml/ns/sipservlet' xmlns:j='http://java.sun.com/xml/ns/javaee'>"
                        + " | s: | j: | </s:sip-app>",
                "<sip-app xmlns='http://java.sun.com/xml/ns/javaee'> | '' | '' | </sip-app>",
                "<sip-app xmlns='http://xmlns.jcp.org/xml/ns/sipservlet'"
                        + " xmlns:j='http://xmlns.jcp.org/xml/ns/javaee' version='2.0'> | '' | j: | </sip-app>",
                "<sip-app xmlns='https://jakarta.ee/xml/ns/sipservlet' xmlns:j='https://jakarta.ee/xml/ns/jakartaee'>"
                        + " | '' | j: | </sip-app>",
                "<sip-app> | '' | '' | </sip-app>"
            })
    void readsTheSameInEveryForm(String start, String sip, String javaee, String end) throws Exception {
        var xml = read(start + CHILDREN.formatted(sip, javaee) + end);

        assertThat(xml.appName()).contains("shop");
        assertThat(xml.listeners()).containsExactly("org.example.Listener");
        assertThat(xml.mappings().get(0).mapping().servletName()).isEqualTo("front desk");
        assertThat(xml.servlets()).singleElement().satisfies(servlet -> {
            assertThat(servlet.name()).isEqualTo("front desk");
            assertThat(servlet.className()).contains("org.example.Desk");
            assertThat(servlet.initParams()).containsOnlyKeys("a");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "'<sip-app/>', V1_0",
        "'<sip-app><app-name>a</app-name></sip-app>', V1_1",
        "'<sip-app version=\"1.0\"><app-name>a</app-name></sip-app>', V1_0",
        "'<sip-app xmlns=\"http://www.jcp.org/xml/ns/sipservlet\"/>', V1_1",
        "'<sip-app xmlns=\"http://xmlns.jcp.org/xml/ns/sipservlet\"/>', V2_0",
        "'<sip-app xmlns=\"https://jakarta.ee/xml/ns/sipservlet\"/>', V2_0",
        "'<sip-app version=\" 2.0 \"/>', V2_0"
    })
    void findsOutTheVersion(String text, DescriptorVersion version) throws Exception {
        assertThat(read(text).version()).isEqualTo(version);
    }

    @Test
    void readsSecurity() throws Exception {
        var xml = read("""
                <sip-app>
                  <app-name>a</app-name>
                  <security-constraint>
                    <display-name>calls</display-name>
                    <resource-collection>
                      <resource-name>r</resource-name>
                      <servlet-name>main</servlet-name>
                      <sip-method>INVITE</sip-method>
                      <sip-method>MESSAGE</sip-method>
                    </resource-collection>
                    <proxy-authentication/>
                    <auth-constraint><role-name>caller</role-name></auth-constraint>
                    <user-data-constraint><transport-guarantee>CONFIDENTIAL</transport-guarantee></user-data-constraint>
                  </security-constraint>
                  <security-constraint>
                    <resource-collection><resource-name>all</resource-name></resource-collection>
                    <auth-constraint/>
                  </security-constraint>
                  <login-config>
                    <auth-method>DIGEST</auth-method>
                    <realm-name>example.com</realm-name>
                    <identity-assertion>
                      <identity-assertion-scheme>P-Asserted-Identity</identity-assertion-scheme>
                      <identity-assertion-support>REQUIRED</identity-assertion-support>
                    </identity-assertion>
                  </login-config>
                  <security-role><role-name>caller</role-name></security-role>
                </sip-app>
                """);

        var calls = xml.securityConstraints().get(0);
        assertThat(calls.displayName()).contains("calls");
        assertThat(calls.proxyAuthentication()).isTrue();
        assertThat(calls.roles()).contains(List.of("caller"));
        assertThat(calls.transportGuarantee()).isEqualTo(TransportGuarantee.CONFIDENTIAL);
        assertThat(calls.covers("main", "INVITE")).isTrue();
        assertThat(calls.covers("main", "OPTIONS")).isFalse();
        assertThat(calls.covers("other", "INVITE")).isFalse();
        var nobody = xml.securityConstraints().get(1);
        assertThat(nobody.covers("other", "OPTIONS")).isTrue();
        assertThat(nobody.roles()).contains(List.of());
        assertThat(nobody.proxyAuthentication()).isFalse();
        assertThat(xml.securityRoles()).containsExactly("caller");
        assertThat(xml.loginConfig())
                .contains(new LoginConfig(
                        Optional.of("DIGEST"),
                        Optional.of("example.com"),
                        IdentityAssertion.P_ASSERTED_IDENTITY,
                        true));
    }

    @Test
    void readsTheNamingEnvironment() throws Exception {
        var xml = read("""
                <sip-app>
                  <resource-ref>
                    <res-ref-name>jdbc/db</res-ref-name><res-type>javax.sql.DataSource</res-type><res-auth>Container</res-auth>
                    <injection-target>
                      <injection-target-class>org.example.A</injection-target-class>
                      <injection-target-name>x</injection-target-name>
                    </injection-target>
                  </resource-ref>
                  <env-entry>
                    <env-entry-name>limit</env-entry-name>
                    <env-entry-type>java.lang.Integer</env-entry-type>
                    <env-entry-value>7</env-entry-value>
                  </env-entry>
                  <ejb-local-ref>
                    <ejb-ref-name>ejb/B</ejb-ref-name><local>org.example.B</local><ejb-link>B</ejb-link>
                  </ejb-local-ref>
                  <resource-env-ref>
                    <resource-env-ref-name>r</resource-env-ref-name>
                    <resource-env-ref-type>T</resource-env-ref-type>
                    <lookup-name>java:global/r</lookup-name>
                  </resource-env-ref>
                </sip-app>
                """);

        assertThat(xml.resources())
                .containsExactly(
                        new ResourceReference(
                                Kind.RESOURCE_REF,
                                "jdbc/db",
                                Optional.of("javax.sql.DataSource"),
                                Optional.empty(),
                                Optional.empty(),
                                List.of(new ResourceReference.Target("org.example.A", "x"))),
                        new ResourceReference(
                                Kind.ENV_ENTRY,
                                "limit",
                                Optional.of("java.lang.Integer"),
                                Optional.of("7"),
                                Optional.empty(),
                                List.of()),
                        new ResourceReference(
                                Kind.EJB_LOCAL_REF,
                                "ejb/B",
                                Optional.of("org.example.B"),
                                Optional.of("B"),
                                Optional.empty(),
                                List.of()),
                        new ResourceReference(
                                Kind.RESOURCE_ENV_REF,
                                "r",
                                Optional.of("T"),
                                Optional.empty(),
                                Optional.of("java:global/r"),
                                List.of()));
    }

    @Test
    void keepsMappingsInTheOrderOfTheFile() throws Exception {
        var xml = read("""
                <sip-app><app-name>a</app-name>
                  <servlet-selection>
                    <servlet-mapping><servlet-name>first</servlet-name>
                      <pattern><or>
                        <not><exists><var>request.uri.user</var></exists></not>
                        <and>
                          <contains ignore-case="true"><var>request.from</var><value>ALICE</value></contains>
                          <subdomain-of><var>request.uri.host</var><value>Example.com</value></subdomain-of>
                        </and>
                      </or></pattern>
                    </servlet-mapping>
                    <servlet-mapping><servlet-name>second</servlet-name>
                      <pattern><equal><var>request.method</var><value> MESSAGE </value></equal></pattern>
                    </servlet-mapping>
                  </servlet-selection>
                </sip-app>
                """);

        assertThat(xml.mappings())
                .extracting(mapping -> mapping.mapping().servletName())
                .containsExactly("first", "second");
        assertThat(xml.mappings().get(0).mapping().pattern())
                .isEqualTo(new MappingPattern.Or(List.of(
                        new MappingPattern.Not(new MappingPattern.Exists(variable("request.uri.user"))),
                        new MappingPattern.And(List.of(
                                new MappingPattern.Contains(variable("request.from"), "ALICE", true),
                                new MappingPattern.SubdomainOf(variable("request.uri.host"), "example.com"))))));
        assertThat(xml.mappings().get(1).mapping().pattern())
                .isEqualTo(new MappingPattern.Equal(variable("request.method"), "MESSAGE", false));
    }

    private static MappingVariable variable(String name) {
        return MappingVariable.parse(name).orElseThrow();
    }

    @Test
    void ignoresUnknownElementsOutsidePatterns() throws Exception {
        var xml = read(
                "<sip-app><future><x/></future><app-name>a</app-name><servlet-selection><y/></servlet-selection></sip-app>");

        assertThat(xml.appName()).contains("a");
    }

    @Test
    void resolvesNoExternalEntity(@TempDir Path directory) throws Exception {
        var secret = directory.resolve("secret");
        Files.writeString(secret, "the secret");

        assertThatThrownBy(() -> read("<!DOCTYPE sip-app [<!ENTITY x SYSTEM \"" + secret.toUri() + "\">]>\n"
                        + "<sip-app><app-name>&x;</app-name></sip-app>"))
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("sip.xml:2")
                .hasMessageNotContaining("the secret");
    }

    @Test
    void expandsNoEntityBomb() {
        refuses(
                "<!DOCTYPE sip-app [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
                        + "<sip-app><app-name>&b;</app-name></sip-app>",
                "sip.xml:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sip-app", "<sip-app>", "<sip-app><app-name></sip-app>", "<?xml version='1.0'?>"})
    void refusesWhatIsNotXml(String text) {
        refuses(text, "sip.xml:1");
    }

    @Test
    void refusesAnotherRootElement() {
        refuses("\n<web-app/>", "sip.xml:2", "web-app", "expected sip-app");
    }

    @Test
    void refusesAnUnknownVersion() {
        refuses("<sip-app version='9'/>", "sip.xml:1", "\"9\"", "expected 1.0, 1.1 or 2.0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<session-config><session-timeout>soon</session-timeout></session-config> | session-timeout is"
                        + " \"soon\"",
                "<proxy-config><proxy-timeout>0</proxy-timeout></proxy-config> | expected seconds above 0",
                "<session-config/><session-config/> | session-config is there twice",
                "<proxy-config/><proxy-config/> | proxy-config is there twice",
                "<login-config/><login-config/> | login-config is there twice",
                "<servlet><servlet-class>A</servlet-class></servlet> | servlet-name is missing",
                "<listener/> | listener-class is missing",
                "<context-param><param-value>x</param-value></context-param> | param-name is missing",
                "<concurrency-mode>chaos</concurrency-mode> | concurrency-mode is chaos",
                "<disable-cancel-handling>maybe</disable-cancel-handling> | expected true or false",
                "<security-constraint/> | security-constraint lacks its resource-collection",
                "<servlet-mapping><servlet-name>a</servlet-name></servlet-mapping> | servlet-mapping lacks its pattern",
                "<servlet-selection><main-servlet>a</main-servlet></servlet-selection><servlet-selection><main-servlet>b</main-servlet></servlet-selection>"
                        + " | main-servlet is there twice"
            })
    void refusesWrongContentByFileLineAndRule(String content, String rule) {
        refuses("<sip-app><app-name>a</app-name>\n" + content + "</sip-app>", "sip.xml:2: ", rule);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | pattern has no condition",
                "<sometimes/> | sometimes is not a condition",
                "<and/> | and has no condition",
                "<not><exists><var>request.uri</var></exists><exists><var>request.to</var></exists></not> | not has 2"
                        + " conditions",
                "<exists><var>request.uri</var></exists><exists><var>request.to</var></exists> | pattern has 2"
                        + " conditions",
                "<exists><var>request.color</var></exists> | request.color is not a variable",
                "<exists/> | lacks its var",
                "<equal><var>request.method</var></equal> | lacks its value",
                "<equal ignore-case='yes'><var>request.method</var><value>x</value></equal> | expected true or false"
            })
    void refusesWrongPatterns(String pattern, String rule) {
        refuses(
                "<sip-app><servlet-mapping><servlet-name>a</servlet-name>\n<pattern>" + pattern
                        + "</pattern></servlet-mapping></sip-app>",
                "sip.xml:2: ",
                rule);
    }
}
