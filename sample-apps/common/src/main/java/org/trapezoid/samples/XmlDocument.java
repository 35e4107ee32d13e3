// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** The body of a NOTIFY while it is written. Used by one thread. */
public final class XmlDocument {
    private static final XMLOutputFactory FACTORY = XMLOutputFactory.newFactory();
    private static final char REPLACEMENT = '\uFFFD';

    /** What writes into it. */
    public interface Part {
        void write(XMLStreamWriter xml) throws XMLStreamException;
    }

    private XmlDocument() {}

    /** A document of one element, which the part fills. */
    public static byte[] of(String root, String namespace, long version, boolean full, Part part) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try {
            XMLStreamWriter xml = FACTORY.createXMLStreamWriter(bytes, StandardCharsets.UTF_8.name());
            xml.writeStartDocument(StandardCharsets.UTF_8.name(), "1.0");
            xml.writeStartElement(root);
            xml.writeDefaultNamespace(namespace);
            xml.writeAttribute("version", Long.toString(version));
            xml.writeAttribute("state", full ? "full" : "partial");
            part.write(xml);
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e); // it is written into memory
        }
        return bytes.toByteArray();
    }

    /** What a client sent, without what no XML document may have. */
    public static String text(String value) {
        StringBuilder clean = null;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean paired = Character.isHighSurrogate(c)
                    ? i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1))
                    : !Character.isLowSurrogate(c) || (i > 0 && Character.isHighSurrogate(value.charAt(i - 1)));
            boolean allowed = c >= ' ' ? c < '\uFFFE' && paired : c == '\t';
            if (!allowed) {
                clean = clean == null ? new StringBuilder(value) : clean;
                clean.setCharAt(i, REPLACEMENT);
            }
        }
        return clean == null ? value : clean.toString();
    }
}
