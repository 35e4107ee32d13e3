// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import jakarta.servlet.sip.annotation.security.SipSecurity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds out what is declared about the application in an archive. Thread-safe; no class of the archive is loaded. */
public final class ArchiveReader {
    private static final String SIP_XML = "WEB-INF/sip.xml";
    private static final List<String> HTTP = List.of(
            "jakarta/servlet/annotation/WebServlet",
            "jakarta/servlet/annotation/WebFilter",
            "jakarta/websocket/server/ServerEndpoint");

    private final SipXmlReader sipXmlReader = new SipXmlReader();

    /**
     * Reads WEB-INF/sip.xml and the annotations below {@code root}: a directory, or the root of an open zip file system. The file
     * name of the archive decides whether it is a {@code .sar}. Empty when there is no SIP application in it.
     */
    public Optional<AppDescriptor> read(Path root, String archiveFileName) throws DeploymentException, IOException {
        boolean isSar = archiveFileName.toLowerCase(Locale.ROOT).endsWith(".sar");
        var sipXml = readSipXml(root, archiveFileName);
        // JSR 289 §18.1: annotations count in a .sar, beside a descriptor since 1.1, and when they make an application.
        boolean scans = sipXml.isEmpty()
                || (!sipXml.get().complete() && (isSar || sipXml.get().version() != DescriptorVersion.V1_0));
        var annotated = scans ? new AnnotationScanner(ClassFiles.in(root)).scan() : AnnotatedArchive.NONE;
        if (!isSar && sipXml.isEmpty() && !annotated.hasApplication()) {
            return Optional.empty();
        }
        return Optional.of(new DescriptorMerger(withoutSuffix(archiveFileName), sipXml, annotated).merge());
    }

    /** An application of one servlet, as an embedding program starts it, with the constraints that its class has. */
    public AppDescriptor read(String name, Class<?> servlet) throws DeploymentException, IOException {
        List<SecurityConstraint> constraints = servlet.isAnnotationPresent(SipSecurity.class)
                ? AnnotationScanner.constraints(servlet).stream()
                        .map(each -> each.forServlet(name))
                        .toList()
                : List.of();
        return AppDescriptor.of(name, ServletDescriptor.of(name, servlet.getName()), constraints);
    }

    /** Whether a class below {@code root} is annotated as a servlet, filter or WebSocket endpoint of HTTP. */
    public boolean servesHttp(Path root) throws IOException {
        for (ScannedClass each : ClassFiles.in(root).all()) {
            for (String annotation : HTTP) {
                if (each.annotation(annotation).isPresent()) {
                    return true;
                }
            }
        }
        return false;
    }

    private Optional<Declaration> readSipXml(Path root, String archive) throws DeploymentException, IOException {
        var file = root.resolve(SIP_XML);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (var stream = Files.newInputStream(file)) {
            return Optional.of(sipXmlReader.read(stream, archive + "!" + SIP_XML));
        }
    }

    private static String withoutSuffix(String fileName) {
        int dot = fileName.lastIndexOf('.');
        return dot > 0 ? fileName.substring(0, dot) : fileName;
    }
}
