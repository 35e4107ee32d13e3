// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;
import org.xml.sax.Attributes;
import org.xml.sax.Locator;
import org.xml.sax.SAXException;
import org.xml.sax.XMLReader;
import org.xml.sax.helpers.AttributesImpl;
import org.xml.sax.helpers.XMLFilterImpl;

/** Substitutes in attributes and text while a file is parsed, so that the schema sees the values. Used by one thread. */
final class SubstitutionFilter extends XMLFilterImpl {

    private final Substitution substitution;
    private final ObjIntConsumer<String> problems;
    private final StringBuilder text = new StringBuilder();
    private @Nullable Locator locator;

    SubstitutionFilter(XMLReader parent, Substitution substitution, ObjIntConsumer<String> problems) {
        super(parent);
        this.substitution = substitution;
        this.problems = problems;
    }

    /** The line the parser is at. */
    int line() {
        return locator == null ? 0 : locator.getLineNumber();
    }

    @Override
    public void setDocumentLocator(Locator documentLocator) {
        locator = documentLocator;
        super.setDocumentLocator(documentLocator);
    }

    @Override
    public void startElement(String uri, String localName, String name, Attributes attributes) throws SAXException {
        flushText();
        AttributesImpl substituted = new AttributesImpl(attributes);
        for (int i = 0; i < substituted.getLength(); i++) {
            substituted.setValue(i, substitute(substituted.getValue(i)));
        }
        super.startElement(uri, localName, name, substituted);
    }

    @Override
    public void characters(char[] chars, int start, int length) {
        text.append(chars, start, length);
    }

    @Override
    public void endElement(String uri, String localName, String name) throws SAXException {
        flushText();
        super.endElement(uri, localName, name);
    }

    private void flushText() throws SAXException {
        if (!text.isEmpty()) {
            char[] substituted = substitute(text.toString()).toCharArray();
            text.setLength(0);
            super.characters(substituted, 0, substituted.length);
        }
    }

    private String substitute(String value) {
        try {
            return substitution.apply(value);
        } catch (IllegalArgumentException e) {
            problems.accept(String.valueOf(e.getMessage()), line());
            return value;
        }
    }
}
