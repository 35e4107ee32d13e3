// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipSession;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Every type of the API and every rule of the container has tests, and the lists of them are true. */
class ContractTest {

    private static final Set<String> REASONS = Set.of("elsewhere", "never");

    private static List<String> lines(String resource) throws IOException {
        try (InputStream in = Objects.requireNonNull(ContractTest.class.getResourceAsStream("/contract/" + resource))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        }
    }

    private static Class<?> test(String name) {
        try {
            return Class.forName("org.trapezoid.servlet." + name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError("there is no test class " + name, e);
        }
    }

    private static Set<String> tests(Class<?> type) {
        Set<String> names = new LinkedHashSet<>();
        Arrays.stream(type.getDeclaredMethods())
                .filter(method ->
                        method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class))
                .forEach(method -> names.add(method.getName()));
        return names;
    }

    /** The interfaces of the package {@code jakarta.servlet.sip}, wherever it was loaded from. */
    private static Set<String> interfaces() throws IOException, URISyntaxException {
        URI place = SipSession.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI();
        Path path = Path.of(place);
        if (Files.isDirectory(path)) {
            return interfaces(path);
        }
        try (FileSystem archive = FileSystems.newFileSystem(path)) {
            return interfaces(archive.getPath("/"));
        }
    }

    private static Set<String> interfaces(Path root) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(root.resolve("jakarta/servlet/sip"))) {
            for (Path each : files.toList()) {
                String file = String.valueOf(each.getFileName());
                if (file.endsWith(".class") && !file.contains("$") && !file.equals("package-info.class")) {
                    String name = file.substring(0, file.length() - ".class".length());
                    if (isInterface("jakarta.servlet.sip." + name)) {
                        names.add(name);
                    }
                }
            }
        }
        return names;
    }

    private static boolean isInterface(String name) {
        try {
            return Class.forName(name).isInterface();
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyInterfaceOfTheApiHasATestClass() throws Exception {
        Set<String> listed = new TreeSet<>();

        for (String line : lines("api-types.txt")) {
            String[] parts = line.split("=", 2);
            listed.add(parts[0].strip());
            for (String name : parts[1].split(",", -1)) {
                if (!REASONS.contains(name.strip())) {
                    assertThat(tests(test(name.strip()))).as(line).isNotEmpty();
                }
            }
        }

        assertThat(listed).isEqualTo(interfaces());
    }

    @Test
    void everyRuleOfTheContainerHasATest() throws Exception {
        List<String> ids = new ArrayList<>();
        Map<String, Set<String>> known = new java.util.HashMap<>();

        for (String line : lines("container-rules.txt")) {
            String[] parts = line.split("\\|", 3);
            assertThat(parts).as(line).hasSize(3);
            ids.add(parts[0].strip());
            assertThat(parts[1]).as(line).isNotBlank();
            for (String reference : parts[2].split(",", -1)) {
                String[] named = reference.strip().split("#", 2);
                assertThat(named).as(line).hasSize(2);
                assertThat(known.computeIfAbsent(named[0], name -> tests(test(name))))
                        .as(line)
                        .contains(named[1]);
            }
        }

        assertThat(ids).doesNotHaveDuplicates().hasSizeGreaterThan(80);
    }

    /** The last column of the page names rules, or test classes of other modules. */
    @Test
    void everyChoiceThatIsWrittenDownNamesARule() throws Exception {
        Set<String> ids = new LinkedHashSet<>();
        for (String line : lines("container-rules.txt")) {
            ids.add(line.substring(0, line.indexOf('|')).strip());
        }
        List<String> choices = Files.readAllLines(Path.of("../../docs/choices.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| Question") && !line.startsWith("| ---"))
                .toList();

        assertThat(choices).hasSizeGreaterThan(30);
        for (String line : choices) {
            String[] columns = line.split("\\|", -1);
            for (String reference : columns[columns.length - 2].split(",", -1)) {
                String name = reference.strip();
                if (!name.startsWith("`")) {
                    assertThat(ids).as(line).contains(name);
                }
            }
        }
    }
}
