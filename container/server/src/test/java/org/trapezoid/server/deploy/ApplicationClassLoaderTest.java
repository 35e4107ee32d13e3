// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.server.testing.Classes;
import org.trapezoid.server.testing.Sars;
import org.trapezoid.server.testing.Zips;

class ApplicationClassLoaderTest {

    private static final ClassLoader CONTAINER = ApplicationClassLoaderTest.class.getClassLoader();

    @TempDir
    private Path root;

    private ApplicationClassLoader loader;

    @BeforeEach
    void unpackAnArchive() throws IOException {
        Sars.named("a")
                .withClass("app/Main", "java/lang/Object")
                .withClass("jakarta/servlet/sip/SipServlet", "java/lang/Object")
                .withClass("java/sql/Driver", "java/lang/Object")
                .withClass("picocli/CommandLine", "java/lang/Object")
                .withLibrary("lib.jar", "lib/Thing", "java/lang/Object")
                .with("WEB-INF/classes/messages.properties", "a=b")
                .with("WEB-INF/classes/META-INF/services/x.Y", "app.Main")
                .explode(root);
        loader = new ApplicationClassLoader("a", root, CONTAINER);
    }

    @AfterEach
    void close() throws IOException {
        loader.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"app.Main", "lib.Thing", "picocli.CommandLine"})
    void loadsFromTheArchive(String name) throws ClassNotFoundException {
        assertThat(loader.loadClass(name).getClassLoader()).isSameAs(loader);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jakarta.servlet.Servlet",
                "jakarta.servlet.sip.SipServlet",
                "jakarta.servlet.sip.SipFactory",
                "jakarta.annotation.Resource",
                "jakarta.inject.Inject",
                "jakarta.websocket.server.ServerEndpoint",
                "org.trapezoid.api.LocationService"
            })
    void loadsTheApiFromTheContainerEvenIfTheArchiveHasIt(String name) throws ClassNotFoundException {
        assertThat(loader.loadClass(name)).isSameAs(CONTAINER.loadClass(name));
    }

    @Test
    void loadsJavaItselfFirst() throws ClassNotFoundException {
        assertThat(loader.loadClass("java.sql.Driver")).isSameAs(java.sql.Driver.class);
        assertThat(loader.loadClass("javax.xml.parsers.SAXParser")).isSameAs(javax.xml.parsers.SAXParser.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.eclipse.jetty.server.Server",
                "ch.qos.logback.classic.Logger",
                "org.trapezoid.server.SipServer",
                "org.trapezoid.sip.uri.SipUri",
                "org.objectweb.asm.ClassReader",
                "jakarta.xml.bind.JAXBContext",
                "picocli.CommandLine$Model"
            })
    void hidesTheContainer(String name) throws ClassNotFoundException {
        assertThat(CONTAINER.loadClass(name)).isNotNull();

        assertThatThrownBy(() -> loader.loadClass(name)).isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void lendsItsLoggingApiToAnArchiveWithout() throws ClassNotFoundException {
        assertThat(loader.loadClass("org.slf4j.Logger")).isSameAs(org.slf4j.Logger.class);
    }

    @Test
    void prefersTheArchivesOwnLoggingApi(@TempDir Path other) throws Exception {
        Sars.named("b")
                .withLibrary("slf4j.jar", "org/slf4j/Logger", "java/lang/Object")
                .explode(other);

        try (ApplicationClassLoader own = new ApplicationClassLoader("b", other, CONTAINER)) {
            assertThat(own.loadClass("org.slf4j.Logger").getClassLoader()).isSameAs(own);
        }
    }

    /** What old archives bring must not meet what an operator has put into lib. */
    @Test
    void takesABundledLog4jAndNotTheOneOfTheServer(@TempDir Path archive, @TempDir Path lib) throws Exception {
        Path jar = Zips.write(
                lib.resolve("log4j.jar"),
                Map.of(
                        "org/apache/log4j/Logger.class",
                        Classes.extending("org/apache/log4j/Logger", "java/lang/Object"),
                        "log4j.properties",
                        new byte[] {'s'}));
        Sars.named("b")
                .withClass("app/Log", "org/apache/log4j/Logger")
                .withLibrary("log4j-1.2.17.jar", "org/apache/log4j/Logger", "java/lang/Object")
                .with("WEB-INF/classes/log4j.properties", "a")
                .explode(archive);

        try (URLClassLoader server = new URLClassLoader(new URL[] {jar.toUri().toURL()}, CONTAINER);
                ApplicationClassLoader own = new ApplicationClassLoader("b", archive, server);
                ApplicationClassLoader without = new ApplicationClassLoader("a", root, server)) {
            assertThat(server.loadClass("org.apache.log4j.Logger").getClassLoader())
                    .isSameAs(server);
            assertThat(own.loadClass("org.apache.log4j.Logger").getClassLoader())
                    .isSameAs(own);
            assertThat(own.loadClass("app.Log").getSuperclass().getClassLoader())
                    .isSameAs(own);
            assertThat(own.getResourceAsStream("log4j.properties")).hasContent("a");
            assertThat(Collections.list(own.getResources("log4j.properties"))).hasSize(1);
            assertThatThrownBy(() -> without.loadClass("org.apache.log4j.Logger"))
                    .isInstanceOf(ClassNotFoundException.class);
            assertThat(without.getResource("log4j.properties")).isNull();
        }
    }

    @Test
    void findsResourcesOfTheArchiveAndNotOfTheContainer() throws IOException {
        String containerResource = "org/trapezoid/server/trapezoid.xsd";
        assertThat(CONTAINER.getResource(containerResource)).isNotNull();

        assertThat(loader.getResource("messages.properties")).isNotNull();
        assertThat(loader.getResource(containerResource)).isNull();
        assertThat(Collections.list(loader.getResources("META-INF/services/x.Y")))
                .hasSize(1);
        assertThat(Collections.list(loader.getResources("META-INF/services/org.slf4j.spi.SLF4JServiceProvider")))
                .isEmpty();
    }
}
