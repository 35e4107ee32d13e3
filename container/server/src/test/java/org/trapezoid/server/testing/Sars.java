// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.testing;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Builds archives of the shape of JSR 289 §12. */
public final class Sars {

    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    private Sars() {}

    /** An archive with a sip.xml of one servlet, whose class the caller adds. */
    public static Sars named(String application) {
        return new Sars().with("WEB-INF/sip.xml", """
                        <?xml version="1.0" encoding="UTF-8"?>
                        <sip-app xmlns="http://www.jcp.org/xml/ns/sipservlet"
                                 xmlns:javaee="http://java.sun.com/xml/ns/javaee" version="1.1">
                          <app-name>%s</app-name>
                          <context-param>
                            <javaee:param-name>colour</javaee:param-name>
                            <javaee:param-value>red</javaee:param-value>
                          </context-param>
                          <servlet-selection><main-servlet>main</main-servlet></servlet-selection>
                          <servlet>
                            <javaee:servlet-name>main</javaee:servlet-name>
                            <javaee:servlet-class>app.Main</javaee:servlet-class>
                          </servlet>
                        </sip-app>
                        """.formatted(application));
    }

    /** An archive of what the caller adds. */
    public static Sars empty() {
        return new Sars();
    }

    /** Adds the classes of a package of the tests. */
    public Sars withPackageOf(Class<?> member) throws IOException {
        String folder = member.getPackageName().replace('.', '/');
        try (Stream<Path> files = Files.list(Path.of(URI.create(member.getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString()))
                .resolve(folder))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                entries.put("WEB-INF/classes/" + folder + '/' + file.getFileName(), Files.readAllBytes(file));
            }
        }
        return this;
    }

    /** Adds or replaces a text file. */
    public Sars with(String entry, String text) {
        entries.put(entry, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Adds a file. */
    public Sars with(String entry, Path file) throws IOException {
        entries.put(entry, Files.readAllBytes(file));
        return this;
    }

    /** Adds a class made by {@link Classes}. */
    public Sars withClass(String name, String superName, String... interfaces) {
        entries.put("WEB-INF/classes/" + name + ".class", Classes.extending(name, superName, interfaces));
        return this;
    }

    /** Adds a library with one class. */
    public Sars withLibrary(String jar, String className, String superName) throws IOException {
        Path file = Files.createTempFile("library", ".jar");
        Zips.write(file, Map.of(className + ".class", Classes.extending(className, superName)));
        entries.put("WEB-INF/lib/" + jar, Files.readAllBytes(file));
        Files.delete(file);
        return this;
    }

    /** The archive as a file. */
    public Path zip(Path file) throws IOException {
        return Zips.write(file, entries);
    }

    /** The archive as a directory. */
    public Path explode(Path directory) throws IOException {
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
            Path file = directory.resolve(entry.getKey());
            Files.createDirectories(
                    directory.resolve(entry.getKey().substring(0, entry.getKey().lastIndexOf('/'))));
            Files.write(file, entry.getValue());
        }
        return directory;
    }
}
