// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.server.testing.Sars;
import picocli.CommandLine;

class MigrateCommandTest {

    @TempDir
    private Path base;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int migrate(Path in, Path to) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return line.execute("migrate", in.toString(), to.toString());
    }

    private static Sars old() {
        return Sars.named("a")
                .with("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
                .withClass("app/Main", "javax/servlet/sip/SipServlet");
    }

    private static boolean isOld(byte[] type) {
        return new String(type, StandardCharsets.ISO_8859_1).contains("javax/servlet");
    }

    @Test
    void translatesAnArchive() throws IOException {
        Path in = old().withLibrary("old.jar", "lib/Old", "javax/servlet/http/HttpServlet")
                .zip(base.resolve("a.sar"));

        assertThat(migrate(in, base.resolve("new.sar"))).isZero();

        assertThat(out).hasToString(base.resolve("new.sar") + ": translated" + System.lineSeparator());
        try (ZipFile made = new ZipFile(base.resolve("new.sar").toFile())) {
            Enumeration<? extends ZipEntry> entries = made.entries();
            assertThat(entries.nextElement().getName()).isEqualTo("META-INF/MANIFEST.MF");
            byte[] type = made.getInputStream(made.getEntry("WEB-INF/classes/app/Main.class"))
                    .readAllBytes();
            assertThat(isOld(type)).isFalse();
            assertThat(new String(type, StandardCharsets.ISO_8859_1)).contains("jakarta/servlet/sip/SipServlet");
            assertThat(made.getEntry("WEB-INF/lib/old.jar")).isNotNull();
            assertThat(made.getEntry("WEB-INF/sip.xml")).isNotNull();
        }
        assertThat(base).isDirectoryNotContaining("glob:**.migrate-*");
    }

    @Test
    void translatesADirectoryToADirectory() throws IOException {
        Path in = old().explode(base.resolve("a"));

        assertThat(migrate(in, base.resolve("new"))).isZero();

        assertThat(isOld(Files.readAllBytes(base.resolve("new/WEB-INF/classes/app/Main.class"))))
                .isFalse();
        assertThat(isOld(Files.readAllBytes(in.resolve("WEB-INF/classes/app/Main.class"))))
                .isTrue();
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        Path in = old().zip(base.resolve("a.sar"));
        Path taken = Files.writeString(base.resolve("taken.sar"), "mine");

        assertThat(migrate(in, taken)).isEqualTo(ExitCode.FAILURE);
        assertThat(migrate(base.resolve("none.sar"), base.resolve("new.sar"))).isEqualTo(ExitCode.FAILURE);

        assertThat(taken).hasContent("mine");
        assertThat(err.toString().lines())
                .containsExactly(taken + ": is there already", base.resolve("none.sar") + ": no such archive");
        assertThat(Main.commandLine().setErr(new PrintWriter(err, true)).execute("migrate", in.toString()))
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void copiesWhatNeedsNoTranslation() throws IOException {
        Path in = Sars.named("a")
                .withClass("app/Main", "jakarta/servlet/sip/SipServlet")
                .zip(base.resolve("a.sar"));

        assertThat(migrate(in, base.resolve("new.sar"))).isZero();

        assertThat(out.toString()).contains("copied; nothing in " + in + " refers to javax.servlet");
        assertThat(base.resolve("new.sar")).exists();
    }
}
