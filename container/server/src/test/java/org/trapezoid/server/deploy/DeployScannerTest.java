// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.server.testing.Zips;

class DeployScannerTest {

    @TempDir
    private Path directory;

    private final List<String> events = new ArrayList<>();
    private final DeployScanner.Target target = new DeployScanner.Target() {
        @Override
        public void deploy(Path archive) {
            events.add("deploy " + archive.getFileName());
        }

        @Override
        public void redeploy(Path archive) {
            events.add("redeploy " + archive.getFileName());
        }

        @Override
        public void undeploy(Path archive) {
            events.add("undeploy " + archive.getFileName());
        }
    };

    @Test
    void takesWhatIsThereAtTheStart() throws IOException {
        Zips.write(directory.resolve("b.war"), "WEB-INF/web.xml", "");
        Zips.write(directory.resolve("a.sar"), "WEB-INF/sip.xml", "");

        scanner().scanAtStart();

        assertThat(events).containsExactly("deploy a.sar", "deploy b.war");
    }

    @Test
    void takesAFileWhenItHeldStillForOneScan() throws IOException {
        DeployScanner scanner = started();
        Zips.write(directory.resolve("a.sar"), "WEB-INF/sip.xml", "");

        scanner.scan();
        assertThat(events).isEmpty();
        scanner.scan();
        scanner.scan();

        assertThat(events).containsExactly("deploy a.sar");
    }

    @Test
    void waitsForTheEndOfASlowCopy() throws IOException {
        byte[] whole = Files.readAllBytes(Zips.write(directory.resolve("whole"), "WEB-INF/sip.xml", "<sip-app/>"));
        Path copy = directory.resolve("a.sar");
        DeployScanner scanner = started();

        for (int length = 10; length < whole.length; length += 40) {
            Files.write(copy, java.util.Arrays.copyOf(whole, length));
            scanner.scan();
            scanner.scan();
            scanner.scan();
        }
        assertThat(events).isEmpty();
        Files.write(copy, whole);
        scanner.scan();
        scanner.scan();

        assertThat(events).containsExactly("deploy a.sar");
    }

    @Test
    void takesAFileThatWasNotWholeAtTheStart() throws IOException {
        Path file = Files.writeString(directory.resolve("a.sar"), "PK");
        DeployScanner scanner = started();
        scanner.scan();
        scanner.scan();

        Zips.write(file, "WEB-INF/sip.xml", "");
        scanner.scan();
        scanner.scan();

        assertThat(events).containsExactly("deploy a.sar");
    }

    @Test
    void redeploysAChangedFile() throws IOException {
        Path file = Zips.write(directory.resolve("a.sar"), "WEB-INF/sip.xml", "");
        DeployScanner scanner = started();
        events.clear();

        Zips.write(file, "WEB-INF/sip.xml", "a longer one");
        scanner.scan();
        scanner.scan();
        scanner.scan();

        assertThat(events).containsExactly("redeploy a.sar");
    }

    @Test
    void redeploysAFileWithANewTime() throws IOException {
        Path file = Zips.write(directory.resolve("a.sar"), "WEB-INF/sip.xml", "");
        DeployScanner scanner = started();
        events.clear();

        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        scanner.scan();
        scanner.scan();

        assertThat(events).containsExactly("redeploy a.sar");
    }

    @Test
    void redeploysADirectoryWhenAFileBelowChanges() throws IOException {
        Path classes = Files.createDirectories(directory.resolve("app/WEB-INF/classes"));
        Path type = Files.writeString(classes.resolve("A.class"), "1");
        DeployScanner scanner = started();

        Files.writeString(type, "22");
        scanner.scan();
        scanner.scan();

        assertThat(events).containsExactly("deploy app", "redeploy app");
    }

    @Test
    void undeploysWhatIsRemoved() throws IOException {
        Path file = Zips.write(directory.resolve("a.sar"), "WEB-INF/sip.xml", "");
        DeployScanner scanner = started();

        Files.delete(file);
        scanner.scan();
        scanner.scan();

        assertThat(events).containsExactly("deploy a.sar", "undeploy a.sar");
    }

    @Test
    void undeploysNothingThatWasNeverTaken() throws IOException {
        DeployScanner scanner = started();
        Path file = Files.writeString(directory.resolve("a.sar"), "PK");
        scanner.scan();

        Files.delete(file);
        scanner.scan();

        assertThat(events).isEmpty();
    }

    @Test
    void keepsEverythingWhenTheDirectoryIsGone(@TempDir Path parent) throws IOException {
        Path watched = Files.createDirectory(parent.resolve("deploy"));
        Zips.write(watched.resolve("a.sar"), "WEB-INF/sip.xml", "");
        DeployScanner scanner = new DeployScanner(watched, target);
        scanner.scanAtStart();

        Files.move(watched, parent.resolve("elsewhere"));
        scanner.scan();

        assertThat(events).containsExactly("deploy a.sar");
    }

    @Test
    void passesOverOtherFiles() throws IOException {
        Files.writeString(directory.resolve("README"), "text");
        Files.createDirectories(directory.resolve("notes"));
        Zips.write(directory.resolve(".hidden.sar"), "WEB-INF/sip.xml", "");
        Zips.write(directory.resolve("a.sar.part"), "WEB-INF/sip.xml", "");

        started().scan();

        assertThat(events).isEmpty();
    }

    private DeployScanner scanner() {
        return new DeployScanner(directory, target);
    }

    private DeployScanner started() {
        DeployScanner scanner = scanner();
        scanner.scanAtStart();
        return scanner;
    }
}
