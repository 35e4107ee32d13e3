// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.presence;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** Reads and combines presence documents (RFC 3863). */
final class Pidf {

    /** The content type. */
    static final String TYPE = "application/pidf+xml";

    private static final String NAMESPACE = "urn:ietf:params:xml:ns:pidf";
    private static final String ID = "id";

    private Pidf() {}

    /**
     * Reads a document that came from outside: no DTD, nothing fetched.
     *
     * @throws IllegalArgumentException if it is no presence document
     */
    static Document parse(byte[] body) {
        try {
            Document document = builder().parse(new ByteArrayInputStream(body));
            Element root = document.getDocumentElement();
            if (!NAMESPACE.equals(root.getNamespaceURI()) || !"presence".equals(root.getLocalName())) {
                throw new IllegalArgumentException(
                        "the root is {" + root.getNamespaceURI() + "}" + root.getLocalName());
            }
            return document;
        } catch (SAXException | IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static DocumentBuilder builder() {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null); // not to the console
            return builder;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One document of what several devices say; ids that two of them use are told apart. */
    static String compose(String entity, Collection<Document> publications) {
        Document composed = builder().newDocument();
        Element root = composed.createElementNS(NAMESPACE, "presence");
        root.setAttribute("entity", entity);
        composed.appendChild(root);
        Set<String> ids = new HashSet<>();
        for (Document each : publications) {
            for (Node child = each.getDocumentElement().getFirstChild();
                    child != null;
                    child = child.getNextSibling()) {
                if (child instanceof Element) {
                    Element copy = (Element) composed.importNode(child, true);
                    makeUnique(copy, ids);
                    root.appendChild(copy);
                }
            }
        }
        return write(composed);
    }

    private static void makeUnique(Element element, Set<String> ids) {
        String id = element.getAttribute(ID);
        String unique = id;
        for (int i = 2; !id.isEmpty() && !ids.add(unique); i++) {
            unique = id + "-" + i;
        }
        if (!unique.equals(id)) {
            element.setAttribute(ID, unique);
        }
    }

    private static String write(Document document) {
        try {
            Transformer transformer = TransformerFactory.newInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
            document.setXmlStandalone(true);
            StringWriter text = new StringWriter();
            transformer.transform(new DOMSource(document), new StreamResult(text));
            return text.toString();
        } catch (TransformerException e) {
            throw new IllegalStateException(e);
        }
    }
}
