// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.TimerListener;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.servlet.descriptor.LoginConfig.IdentityAssertion;
import org.trapezoid.servlet.descriptor.SecurityConstraint.TransportGuarantee;
import org.trapezoid.servlet.descriptor.sample.AbstractServlet;
import org.trapezoid.servlet.descriptor.sample.Application;
import org.trapezoid.servlet.descriptor.sample.FutureApplication;
import org.trapezoid.servlet.descriptor.sample.GuardedByClass;
import org.trapezoid.servlet.descriptor.sample.InheritingListener;
import org.trapezoid.servlet.descriptor.sample.InstanceKey;
import org.trapezoid.servlet.descriptor.sample.Keys;
import org.trapezoid.servlet.descriptor.sample.MainServlet;
import org.trapezoid.servlet.descriptor.sample.NamelessApplication;
import org.trapezoid.servlet.descriptor.sample.NoListener;
import org.trapezoid.servlet.descriptor.sample.OldNamelessApplication;
import org.trapezoid.servlet.descriptor.sample.OtherMainServlet;
import org.trapezoid.servlet.descriptor.sample.PlainServlet;
import org.trapezoid.servlet.descriptor.sample.SecondApplication;
import org.trapezoid.servlet.descriptor.sample.TimeListener;
import org.trapezoid.servlet.descriptor.sample.TwiceConstrained;
import org.trapezoid.servlet.descriptor.sample.TwoKeys;
import org.trapezoid.servlet.descriptor.sample.WrongKey;
import org.trapezoid.sip.testing.Rfc;

class ArchiveReaderTest {
    private static final String NAMED = "<sip-app><app-name>sample</app-name>%s</sip-app>";

    private final ArchiveReader reader = new ArchiveReader();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before each test
    Path root;

    private void add(Class<?>... classes) throws IOException {
        for (Class<?> each : classes) {
            var file = root.resolve("WEB-INF/classes").resolve(entryName(each));
            Files.createDirectories(file.getParent());
            Files.write(file, bytes(each));
        }
    }

    private void addLibrary(String name, Class<?>... classes) throws IOException {
        var file = root.resolve("WEB-INF/lib").resolve(name);
        Files.createDirectories(file.getParent());
        try (OutputStream out = Files.newOutputStream(file);
                var jar = new ZipOutputStream(out)) {
            for (Class<?> each : classes) {
                jar.putNextEntry(new ZipEntry(entryName(each)));
                jar.write(bytes(each));
            }
        }
    }

    private static String entryName(Class<?> type) {
        return type.getName().replace('.', '/') + ".class";
    }

    private static byte[] bytes(Class<?> type) throws IOException {
        try (var in = type.getResourceAsStream('/' + entryName(type))) {
            assertThat(in).isNotNull();
            return in.readAllBytes();
        }
    }

    private void sipXml(String text) throws IOException {
        Files.createDirectories(root.resolve("WEB-INF"));
        Files.writeString(root.resolve("WEB-INF/sip.xml"), text);
    }

    private AppDescriptor read() throws DeploymentException, IOException {
        return reader.read(root, "archive.sar").orElseThrow();
    }

    private void refuses(String... parts) {
        assertThatThrownBy(this::read).isInstanceOf(DeploymentException.class).hasMessageContainingAll(parts);
    }

    @Test
    void readsAnApplicationThatIsAnnotatedOnly() throws Exception {
        add(Application.class, MainServlet.class, PlainServlet.class, Keys.class);
        addLibrary("listeners.jar", InheritingListener.class, TimeListener.class);

        var app = read();

        assertThat(app.name()).isEqualTo("sample");
        assertThat(app.version()).isEqualTo(DescriptorVersion.V2_0);
        assertThat(app.displayName()).contains("Sample");
        assertThat(app.distributable()).isTrue();
        assertThat(app.proxyTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(app.sessionTimeout()).isEmpty();
        assertThat(app.selection()).isEqualTo(new ServletSelection.MainServlet("main"));
        assertThat(app.options()).isEqualTo(new SessionOptions(ConcurrencyMode.APPLICATIONSESSION, false, true, false));
        assertThat(app.loginConfig())
                .contains(new LoginConfig(
                        Optional.of("DIGEST"),
                        Optional.of("example.com"),
                        IdentityAssertion.P_ASSERTED_IDENTITY,
                        true));
        assertThat(app.listeners()).containsExactly(InheritingListener.class.getName());
        assertThat(app.keyMethod()).contains(new KeyMethod(Keys.class.getName(), "key"));
        assertThat(app.securityRoles()).containsExactly("caller", "operator");
        var main = app.servlet("main").orElseThrow();
        assertThat(main.className()).isEqualTo(MainServlet.class.getName());
        assertThat(main.loadOnStartup()).isEqualTo(OptionalInt.of(2));
        assertThat(main.runAs()).contains("operator");
        assertThat(app.servlet("PlainServlet").orElseThrow().loadOnStartup()).isEmpty();
    }

    @Test
    void readsSecurityAnnotations() throws Exception {
        add(Application.class, MainServlet.class);

        var constraints = read().securityConstraints();

        assertThat(constraints).hasSize(3);
        assertThat(constraints.get(0).covers("main", "INVITE")).isTrue();
        assertThat(constraints.get(0).covers("main", "MESSAGE")).isFalse();
        assertThat(constraints.get(0).covers("other", "INVITE")).isFalse();
        assertThat(constraints.get(0).roles()).contains(List.of("caller"));
        assertThat(constraints.get(0).proxyAuthentication()).isTrue();
        assertThat(constraints.get(1).roles()).contains(List.of());
        assertThat(constraints.get(2).covers("main", "INVITE")).isFalse();
        assertThat(constraints.get(2).covers("main", "MESSAGE")).isTrue();
        assertThat(constraints.get(2).roles()).isEmpty();
        assertThat(constraints.get(2).transportGuarantee()).isEqualTo(TransportGuarantee.CONFIDENTIAL);
    }

    private static final String TWO_OF_A_CLASS = """
            <sip-app%s>
              <app-name>sample</app-name>
              <servlet-selection><main-servlet>one</main-servlet></servlet-selection>
              <servlet>
                <servlet-name>one</servlet-name>
                <servlet-class>org.trapezoid.servlet.descriptor.sample.GuardedByClass$Child</servlet-class>
              </servlet>
              <servlet>
                <servlet-name>two</servlet-name>
                <servlet-class>org.trapezoid.servlet.descriptor.sample.GuardedByClass</servlet-class>
              </servlet>
              <security-constraint>
                <resource-collection><resource-name>x</resource-name><servlet-name>two</servlet-name></resource-collection>
              </security-constraint>
              %s
            </sip-app>
            """;

    @Test
    void theAnnotationsOfAClassAreForTheServletsThatTheDescriptorMakesOfIt() throws Exception {
        add(GuardedByClass.class, GuardedByClass.Child.class);
        sipXml(TWO_OF_A_CLASS.formatted("", ""));

        var app = read();

        assertThat(app.securityConstraints()).hasSize(2);
        assertThat(app.securityConstraints().get(0).roles()).isEmpty();
        assertThat(app.securityConstraints().get(1).roles()).contains(List.of("caller"));
        assertThat(app.securityConstraints().get(1).covers("one", "INVITE")).isTrue();
        assertThat(app.securityConstraints().get(1).covers("two", "INVITE")).isFalse();
        assertThat(app.servlet("one").orElseThrow().runAs()).isEmpty(); // not inherited
        assertThat(app.servlet("two").orElseThrow().runAs()).contains("operator");
    }

    @Test
    void aCompleteDescriptorWantsNoAnnotations() throws Exception {
        add(GuardedByClass.class, GuardedByClass.Child.class, InheritingListener.class);
        sipXml(TWO_OF_A_CLASS.formatted(" metadata-complete=\"true\"", ""));

        var app = read();

        assertThat(app.securityConstraints()).hasSize(1);
        assertThat(app.listeners()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "<auth-method>BASIC</auth-method>, RFC 3261",
        "<auth-method>CLIENT-CERT</auth-method>, expected DIGEST",
        "'<identity-assertion><identity-assertion-scheme>Identity</identity-assertion-scheme>"
                + "<identity-assertion-support>REQUIRED</identity-assertion-support></identity-assertion>', IDENTITY"
    })
    @Rfc(value = 3261, section = "22")
    void refusesALoginThatItCannotKeep(String login, String message) throws Exception {
        add(GuardedByClass.class, GuardedByClass.Child.class);
        sipXml(TWO_OF_A_CLASS.formatted("", "<login-config>" + login + "</login-config>"));

        assertThatThrownBy(this::read)
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("sip.xml")
                .hasMessageContaining(message);
    }

    @Test
    void letsTheDescriptorWin() throws Exception {
        add(Application.class, MainServlet.class);
        sipXml("""
                <sip-app>
                  <app-name>sample</app-name>
                  <display-name>By hand</display-name>
                  <listener><listener-class>org.example.First</listener-class></listener>
                  <servlet>
                    <servlet-name>main</servlet-name>
                    <init-param><param-name>a</param-name><param-value>b</param-value></init-param>
                    <load-on-startup>7</load-on-startup>
                  </servlet>
                  <proxy-config><proxy-timeout>10</proxy-timeout></proxy-config>
                  <session-config><session-timeout>5</session-timeout></session-config>
                  <security-constraint>
                    <resource-collection><resource-name>all</resource-name><servlet-name>main</servlet-name></resource-collection>
                  </security-constraint>
                  <login-config><auth-method>CLIENT-CERT</auth-method></login-config>
                  <concurrency-mode>VENDORSPECIFIC</concurrency-mode>
                </sip-app>
                """);
        add(InheritingListener.class, TimeListener.class);

        var app = read();

        assertThat(app.version()).isEqualTo(DescriptorVersion.V1_1);
        assertThat(app.displayName()).contains("By hand");
        assertThat(app.listeners()).containsExactly("org.example.First", InheritingListener.class.getName());
        assertThat(app.proxyTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(app.sessionTimeout()).contains(Duration.ofMinutes(5));
        assertThat(app.servlets()).hasSize(1);
        var main = app.servlets().get(0);
        assertThat(main.className()).isEqualTo(MainServlet.class.getName());
        assertThat(main.initParams()).containsEntry("a", "b");
        assertThat(main.loadOnStartup()).isEqualTo(OptionalInt.of(7));
        assertThat(main.runAs()).contains("operator");
        assertThat(app.securityConstraints()).singleElement().satisfies(constraint -> assertThat(
                        constraint.resources().get(0).name())
                .isEqualTo("all"));
        assertThat(app.loginConfig().flatMap(LoginConfig::authMethod)).contains("CLIENT-CERT");
        assertThat(app.options().concurrency()).isEqualTo(ConcurrencyMode.VENDORSPECIFIC);
        assertThat(app.options().establishDialogOnSubscribe()).isTrue();
    }

    @Test
    void readsAPackedArchive(@TempDir Path elsewhere) throws Exception {
        var sar = elsewhere.resolve("packed.sar");
        try (OutputStream out = Files.newOutputStream(sar);
                var jar = new ZipOutputStream(out)) {
            jar.putNextEntry(new ZipEntry("WEB-INF/classes/" + entryName(NamelessApplication.class)));
            jar.write(bytes(NamelessApplication.class));
            jar.putNextEntry(new ZipEntry("WEB-INF/classes/" + entryName(PlainServlet.Inner.class)));
            jar.write(bytes(PlainServlet.Inner.class));
        }

        try (var zip = FileSystems.newFileSystem(sar)) {
            var app = reader.read(zip.getPath("/"), "packed.sar").orElseThrow();

            assertThat(app.name()).isEqualTo("packed");
            assertThat(app.servlet("Inner")).isPresent();
            assertThat(app.selection()).isEqualTo(new ServletSelection.MainServlet("Inner"));
        }
    }

    @Test
    void findsNoApplicationInAPlainWar() throws Exception {
        add(PlainServlet.class);

        assertThat(reader.read(root, "web.war")).isEmpty();
        add(Application.class, MainServlet.class);
        assertThat(reader.read(root, "web.war").map(AppDescriptor::name)).contains("sample");
    }

    @Test
    void doesNotScanAWarOfVersion1_0() throws Exception {
        add(Application.class, MainServlet.class);
        sipXml("<sip-app><servlet><servlet-name>s</servlet-name><servlet-class>c</servlet-class></servlet></sip-app>");

        var app = reader.read(root, "old.war").orElseThrow();

        assertThat(app.name()).isEqualTo("old");
        assertThat(app.version()).isEqualTo(DescriptorVersion.V1_0);
        assertThat(app.servlets()).extracting(ServletDescriptor::name).containsExactly("s");
    }

    @Test
    void takesTheApplicationNameFromAServletWhenThereIsNoOther() throws Exception {
        add(PlainServlet.class);

        assertThat(read().name()).isEqualTo("sample");
    }

    @Test
    void ignoresPackagedCopiesOfTheApi() throws Exception {
        add(Application.class, MainServlet.class);
        addLibrary("sip-api.jar", jakarta.servlet.sip.SipServlet.class, TimerListener.class);

        assertThat(read().servlets()).hasSize(1);
    }

    @Test
    void skipsWhatIsNoClassFile() throws Exception {
        add(Application.class, MainServlet.class);
        Files.write(root.resolve("WEB-INF/classes/Empty.class"), new byte[0]);
        Files.writeString(root.resolve("WEB-INF/classes/Text.class"), "this is not a class file at all, but text");

        assertThat(read().name()).isEqualTo("sample");
    }

    @Test
    void believesAListenerThatInheritsFromOutsideTheArchive() throws Exception {
        add(Application.class, MainServlet.class, InheritingListener.class);

        assertThat(read().listeners()).containsExactly(InheritingListener.class.getName());
    }

    @Test
    void acceptsAnApplicationWithoutServlets() throws Exception {
        sipXml(NAMED.formatted(""));

        var selection = read().selection();

        assertThat(selection).isEqualTo(new ServletSelection.Mappings(List.of(), Optional.empty()));
    }

    @Test
    void refusesAnApplicationWithoutName() throws Exception {
        add(MainServlet.class);

        refuses("archive", "the application has no name", "app-name");
    }

    @Test
    void refusesAnOldAnnotationWithoutName() throws Exception {
        add(OldNamelessApplication.class, MainServlet.class);

        refuses("the application has no name");
    }

    @Test
    void refusesASipXmlSince1_1WithoutName() throws Exception {
        sipXml("<sip-app version='1.1'><distributable/></sip-app>");

        refuses("the application has no name");
    }

    @Test
    void refusesTwoApplicationAnnotations() throws Exception {
        add(Application.class, SecondApplication.class, MainServlet.class);

        refuses(SecondApplication.class.getName(), "a second @SipApplication", Application.class.getName());
    }

    @Test
    void refusesAnotherNameInTheDescriptor() throws Exception {
        add(SecondApplication.class, MainServlet.class);
        sipXml(NAMED.formatted(""));

        refuses(SecondApplication.class.getName(), "second", "sip.xml:1", "sample");
    }

    @Test
    void refusesAnotherNameAtAServlet() throws Exception {
        add(SecondApplication.class, PlainServlet.class);

        refuses(PlainServlet.class.getName(), "applicationName is sample", "second");
    }

    @Test
    void refusesAnUnknownVersion() throws Exception {
        add(FutureApplication.class);

        refuses(FutureApplication.class.getName(), "\"3.0\"", "expected 1.1 or 2.0");
    }

    @Test
    void refusesTwoKeyMethods() throws Exception {
        add(Application.class, MainServlet.class, TwoKeys.class);

        refuses(TwoKeys.class.getName() + ".two", "a second @SipApplicationKey");
    }

    @Test
    void refusesAKeyMethodOfAnInstance() throws Exception {
        add(Application.class, MainServlet.class, InstanceKey.class);

        refuses(InstanceKey.class.getName() + ".key", "public static String key(SipServletRequest)");
    }

    @Test
    void refusesAKeyMethodOfSomethingElse() throws Exception {
        add(Application.class, MainServlet.class, WrongKey.class);

        refuses(WrongKey.class.getName() + ".key", "not a key method");
    }

    @Test
    void refusesAListenerWithoutListenerInterface() throws Exception {
        add(Application.class, MainServlet.class, NoListener.class);

        refuses(NoListener.class.getName(), "without a listener interface");
    }

    @Test
    void refusesAnAbstractServlet() throws Exception {
        add(Application.class, MainServlet.class, AbstractServlet.class);

        refuses(AbstractServlet.class.getName(), "abstract");
    }

    @Test
    void refusesTwoServletsOfOneName() throws Exception {
        add(Application.class, MainServlet.class, OtherMainServlet.class);

        refuses(OtherMainServlet.class.getName(), "main", MainServlet.class.getName());
    }

    @Test
    void refusesTwoConstraintsForAMethod() throws Exception {
        add(Application.class, TwiceConstrained.class);

        refuses(TwiceConstrained.class.getName(), "two @SipMethodConstraint for INVITE");
    }

    @Test
    void refusesAnUnknownMainServlet() throws Exception {
        add(Application.class, PlainServlet.class);

        refuses(Application.class.getName(), "there is no servlet main");
    }

    @Test
    void refusesSeveralServletsWithoutSelection() throws Exception {
        sipXml(NAMED.formatted("""
                <servlet><servlet-name>a</servlet-name><servlet-class>A</servlet-class></servlet>
                <servlet><servlet-name>b</servlet-name><servlet-class>B</servlet-class></servlet>
                """));

        refuses("2 servlets", "main servlet or servlet mappings");
    }

    @Test
    void refusesMainServletAndMappingTogether() throws Exception {
        add(Application.class, MainServlet.class);
        sipXml(NAMED.formatted("""

                <servlet-mapping>
                  <servlet-name>main</servlet-name>
                  <pattern><exists><var>request.uri.user</var></exists></pattern>
                </servlet-mapping>
                """));

        refuses("sip.xml:2", "servlet-mapping", "main servlet main");
    }

    @Test
    void refusesAMappingToAnUnknownServlet() throws Exception {
        sipXml(NAMED.formatted("""
                <servlet><servlet-name>a</servlet-name><servlet-class>A</servlet-class></servlet>
                <servlet-mapping>
                  <servlet-name>b</servlet-name>
                  <pattern><exists><var>request.uri.user</var></exists></pattern>
                </servlet-mapping>
                """));

        refuses("sip.xml:2", "there is no servlet b");
    }

    @Test
    void refusesAServletWithoutClass() throws Exception {
        sipXml(NAMED.formatted("<servlet><servlet-name>a</servlet-name></servlet>"));

        refuses("sip.xml:1", "the servlet a has no class");
    }

    @Test
    void refusesTheSameServletTwice() throws Exception {
        sipXml(NAMED.formatted("""
                <servlet><servlet-name>a</servlet-name><servlet-class>A</servlet-class></servlet>
                <servlet><servlet-name>a</servlet-name><servlet-class>B</servlet-class></servlet>
                """));

        refuses("sip.xml:2", "the servlet a is there twice");
    }
}
