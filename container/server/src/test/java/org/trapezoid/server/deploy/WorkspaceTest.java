// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.SipServlet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.server.testing.Sars;
import org.trapezoid.server.testing.Zips;

class WorkspaceTest {

    @TempDir
    private Path base;

    private Path data;
    private Workspace workspace;

    @BeforeEach
    void makeOne() {
        data = base.resolve("data");
        workspace = new Workspace(data);
    }

    @Test
    void unpacksAFile() throws IOException {
        Path file = Sars.named("a").withClass("app/Main", "java/lang/Object").zip(base.resolve("a.sar"));

        Path root = workspace.prepare(Archive.at(file));

        assertThat(root).hasParent(data);
        assertThat(root.resolve("WEB-INF/sip.xml")).content().contains("<app-name>a</app-name>");
        assertThat(root.resolve("WEB-INF/classes/app/Main.class")).exists();
    }

    @Test
    void usesTheSameDirectoryForTheSameContent() throws IOException {
        Path file = Sars.named("a").zip(base.resolve("a.sar"));
        Path root = workspace.prepare(Archive.at(file));
        Path marked = Files.writeString(root.resolve("mark"), "");

        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        assertThat(new Workspace(data).prepare(Archive.at(file))).isEqualTo(root);
        assertThat(marked).exists();

        Sars.named("b").zip(file);
        assertThat(workspace.prepare(Archive.at(file))).isNotEqualTo(root);
    }

    @Test
    void usesADirectoryWhereItLies() throws IOException {
        Path directory = Sars.named("a")
                .withClass("app/Main", "jakarta/servlet/sip/SipServlet")
                .explode(base.resolve("app"));

        assertThat(workspace.prepare(Archive.at(directory))).isEqualTo(directory);
        assertThat(data).doesNotExist();
    }

    @Test
    void translatesClassesOfTheTimeBeforeJakarta() throws Exception {
        Path file = Sars.named("a")
                .withClass("app/Main", "javax/servlet/sip/SipServlet", "javax/servlet/sip/TimerListener")
                .zip(base.resolve("a.sar"));

        Path root = workspace.prepare(Archive.at(file));

        try (ApplicationClassLoader loader =
                new ApplicationClassLoader("a", root, getClass().getClassLoader())) {
            assertThat(loader.loadClass("app.Main").getSuperclass()).isSameAs(SipServlet.class);
        }
    }

    @Test
    void lendsAnOldArchiveWhatJavaHadInItsDays() throws Exception {
        Path file = Sars.named("a")
                .withClass("app/Main", "javax/servlet/sip/SipServlet")
                .withClass("app/Bean", "java/lang/Object")
                .zip(base.resolve("a.sar"));
        Path root = workspace.prepare(Archive.at(file));
        Thread thread = Thread.currentThread();
        ClassLoader outer = thread.getContextClassLoader();

        try (ApplicationClassLoader loader =
                new ApplicationClassLoader("a", root, getClass().getClassLoader())) {
            thread.setContextClassLoader(loader);
            Class<?> contexts = loader.loadClass("jakarta.xml.bind.JAXBContext");
            Object context = contexts.getMethod("newInstance", Class[].class)
                    .invoke(null, (Object) new Class<?>[] {loader.loadClass("app.Bean")});
            assertThat(context.getClass().getName()).startsWith("org.glassfish.jaxb.");
            assertThat(loader.loadClass("jakarta.activation.DataHandler")).isNotNull();
            assertThat(loader.loadClass("jakarta.annotation.PostConstruct")).isNotNull();
        } finally {
            thread.setContextClassLoader(outer);
        }
    }

    @Test
    void translatesLibrariesOfAnExplodedArchiveIntoACopy() throws Exception {
        Path directory = Sars.named("a")
                .withLibrary("old.jar", "lib/Old", "javax/servlet/http/HttpServlet")
                .explode(base.resolve("app"));
        byte[] before = Files.readAllBytes(directory.resolve("WEB-INF/lib/old.jar"));

        Path root = workspace.prepare(Archive.at(directory));

        assertThat(root).hasParent(data);
        assertThat(directory.resolve("WEB-INF/lib/old.jar")).hasBinaryContent(before);
        try (ApplicationClassLoader loader =
                new ApplicationClassLoader("a", root, getClass().getClassLoader())) {
            assertThat(loader.loadClass("lib.Old").getSuperclass()).isSameAs(jakarta.servlet.http.HttpServlet.class);
        }
    }

    @Test
    void refusesEntriesThatPointOutOfTheArchive() throws IOException {
        Path file = Zips.write(base.resolve("a.sar"), "../../escaped", "x");

        assertThatThrownBy(() -> workspace.prepare(Archive.at(file)))
                .isInstanceOf(IOException.class)
                .hasMessage("entry ../../escaped points out of the archive");
        assertThat(base.resolve("escaped")).doesNotExist();
    }

    @Test
    void deletesWhatNothingUses() throws IOException {
        Path used = workspace.prepare(Archive.at(Sars.named("a").zip(base.resolve("a.sar"))));
        workspace.prepare(Archive.at(Sars.named("b").zip(base.resolve("b.sar"))));

        workspace.retain(Set.of(used));

        try (Stream<Path> left = Files.list(data)) {
            assertThat(left).containsExactly(used);
        }
    }
}
