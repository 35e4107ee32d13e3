// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import jakarta.xml.bind.JAXBContext;
import jakarta.xml.bind.JAXBException;
import jakarta.xml.bind.Unmarshaller;
import jakarta.xml.bind.ValidationEvent;
import java.io.InputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads sip.xml of the versions 1.0, 1.1 and 2.0 (JSR 116, 289, 359). Thread-safe. Nothing is fetched: document types and external
 * entities are off. Unknown elements are logged and ignored, except in patterns.
 */
final class SipXmlReader {
    private static final Logger log = LoggerFactory.getLogger(SipXmlReader.class);

    private final JAXBContext context;
    private final XMLInputFactory input;

    SipXmlReader() {
        try {
            context = JAXBContext.newInstance(SipXml.class);
        } catch (JAXBException e) {
            throw new IllegalStateException("the binding of sip.xml is broken", e);
        }
        input = XMLInputFactory.newDefaultFactory();
        input.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        input.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    }

    /** Reads one descriptor; {@code file} is its name in messages. The caller closes the stream. */
    Declaration read(InputStream stream, String file) throws DeploymentException {
        try {
            var reader = new SipXmlFilter(input.createXMLStreamReader(stream));
            while (!reader.isStartElement()) {
                reader.next();
            }
            if (!reader.getLocalName().equals("sip-app")) {
                throw new DeploymentException(
                        file + ":" + reader.getLocation().getLineNumber(),
                        "the root element is " + reader.getLocalName() + "; expected sip-app");
            }
            var unmarshaller = context.createUnmarshaller();
            unmarshaller.setListener(new LineListener(reader));
            unmarshaller.setEventHandler(event -> onEvent(event, file));
            var xml = unmarshaller.unmarshal(reader, SipXml.class).getValue();
            return new SipXmlMapper(file, xml, reader).declaration();
        } catch (XMLStreamException e) {
            throw new DeploymentException(
                    file + ":" + e.getLocation().getLineNumber(),
                    "the file is not well-formed XML; " + e.getMessage(),
                    e);
        } catch (JAXBException e) {
            throw unreadable(file, e);
        }
    }

    private static DeploymentException unreadable(String file, JAXBException e) {
        if (e.getLinkedException() instanceof XMLStreamException cause && cause.getLocation() != null) {
            return new DeploymentException(
                    file + ":" + cause.getLocation().getLineNumber(),
                    "the file is not well-formed XML; " + cause.getMessage(),
                    e);
        }
        return new DeploymentException(file, "the file cannot be read; " + e.getMessage(), e);
    }

    private static boolean onEvent(ValidationEvent event, String file) {
        log.warn("{}:{}: ignored: {}", file, event.getLocator().getLineNumber(), event.getMessage());
        return event.getSeverity() != ValidationEvent.FATAL_ERROR;
    }

    /** Notes the line of each element. */
    private static final class LineListener extends Unmarshaller.Listener {
        private final SipXmlFilter reader;

        LineListener(SipXmlFilter reader) {
            this.reader = reader;
        }

        @Override
        public void beforeUnmarshal(Object target, @Nullable Object parent) {
            if (target instanceof Located located) {
                located.line = reader.getLocation().getLineNumber();
            }
        }
    }
}
