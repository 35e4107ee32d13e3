// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.ServletContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Finds the line of a descriptor that names a class, for messages of errors. Stateless. */
final class DescriptorPlace {

    private static final String SIP_XML = "WEB-INF/sip.xml";

    private DescriptorPlace() {}

    /** {@code WEB-INF/sip.xml:12}; empty if the class is declared otherwise. */
    static Optional<String> of(ServletContext context, String className) {
        try (InputStream in = context.getResourceAsStream("/" + SIP_XML)) {
            if (in == null) {
                return Optional.empty();
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            int number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains(className)) {
                    return Optional.of(SIP_XML + ":" + number);
                }
                number++;
            }
            return Optional.empty();
        } catch (IOException unreadable) { // the error that is told is another one
            return Optional.empty();
        }
    }
}
