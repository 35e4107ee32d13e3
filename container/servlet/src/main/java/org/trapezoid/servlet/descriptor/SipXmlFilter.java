// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.Set;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.util.StreamReaderDelegate;

/**
 * Makes every dialect of sip.xml one: elements of the old, new and jakarta namespaces of SIP Servlet and Java EE, with any prefix,
 * appear without a namespace. Elements of other namespaces, descriptions and icons are skipped. Used by one thread.
 */
final class SipXmlFilter extends StreamReaderDelegate {
    /** Not namespaces but what the known ones start with. */
    private static final Set<String> KNOWN = Set.of(
            "http://www.jcp.org/xml/ns/",
            "http://xmlns.jcp.org/xml/ns/",
            "http://java.sun.com/xml/ns/",
            "https://jakarta.ee/xml/ns/",
            "http://jakarta.ee/xml/ns/");

    private static final Set<String> SKIPPED = Set.of("description", "icon");

    private boolean declares1_0;
    private String rootNamespace = "";
    private int depth;

    SipXmlFilter(XMLStreamReader reader) {
        super(reader);
    }

    /** Whether there was a document type declaration of version 1.0. */
    boolean declares1_0() {
        return declares1_0;
    }

    String rootNamespace() {
        return rootNamespace;
    }

    @Override
    public int next() throws XMLStreamException {
        int event = super.next();
        while (isSkipped(event)) {
            event = super.next();
        }
        if (event == XMLStreamConstants.START_ELEMENT) {
            if (depth == 0) {
                rootNamespace = namespace();
            }
            depth++;
        } else if (event == XMLStreamConstants.END_ELEMENT) {
            depth--;
        }
        return event;
    }

    private boolean isSkipped(int event) throws XMLStreamException {
        if (event == XMLStreamConstants.DTD) {
            declares1_0 = true;
            return true;
        }
        if (event != XMLStreamConstants.START_ELEMENT || depth == 0) {
            return false;
        }
        boolean skipped = SKIPPED.contains(getLocalName()) || !isKnown(namespace());
        if (skipped) {
            skipElement();
        }
        return skipped;
    }

    private void skipElement() throws XMLStreamException {
        int open = 1;
        while (open > 0) {
            int event = super.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                open++;
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                open--;
            }
        }
    }

    private String namespace() {
        var namespace = super.getNamespaceURI();
        return namespace == null ? "" : namespace;
    }

    private static boolean isKnown(String namespace) {
        if (namespace.isEmpty()) {
            return true;
        }
        for (String start : KNOWN) {
            if (namespace.startsWith(start)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String getNamespaceURI() {
        return "";
    }

    @Override
    public String getPrefix() {
        return "";
    }

    @Override
    public QName getName() {
        return new QName(getLocalName());
    }

    @Override
    public int getNamespaceCount() {
        return 0;
    }
}
