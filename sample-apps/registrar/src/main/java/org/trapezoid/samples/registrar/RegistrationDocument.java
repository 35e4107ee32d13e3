// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.samples.Fingerprint;
import org.trapezoid.samples.XmlDocument;

/** Registration information of one address-of-record, RFC 3680 §5, with public GRUUs (RFC 5628). Immutable. */
final class RegistrationDocument {
    static final String TYPE = "application/reginfo+xml";

    private static final String NAMESPACE = "urn:ietf:params:xml:ns:reginfo";
    private static final String GRUU_NAMESPACE = "urn:ietf:params:xml:ns:gruuinfo";
    /** Those of RFC 3261 are attributes. */
    private static final Set<String> KNOWN_PARAMETERS = Set.of("q", "expires");

    private final LocationService locations;
    private final String addressOfRecord;

    RegistrationDocument(LocationService locations, String addressOfRecord) {
        this.locations = locations;
        this.addressOfRecord = addressOfRecord;
    }

    /** All contacts as they are. */
    byte[] full(long version, Instant now) {
        List<ContactChange> contacts = new ArrayList<>();
        for (Binding binding : locations.lookup(addressOfRecord)) {
            contacts.add(ContactChange.present(binding));
        }
        return write(version, true, contacts.isEmpty() ? "init" : "active", contacts, now);
    }

    /** What has changed. */
    byte[] partial(long version, Collection<ContactChange> changes, Instant now) {
        boolean active = !locations.lookup(addressOfRecord).isEmpty();
        return write(version, false, active ? "active" : "terminated", changes, now);
    }

    private byte[] write(long version, boolean full, String state, Collection<ContactChange> contacts, Instant now) {
        return XmlDocument.of("reginfo", NAMESPACE, version, full, xml -> {
            xml.writeStartElement("registration");
            xml.writeAttribute("aor", XmlDocument.text(addressOfRecord));
            xml.writeAttribute("id", Fingerprint.of(addressOfRecord));
            xml.writeAttribute("state", state);
            for (ContactChange contact : contacts) {
                write(xml, contact, now);
            }
            xml.writeEndElement();
        });
    }

    private void write(XMLStreamWriter xml, ContactChange contact, Instant now) throws XMLStreamException {
        Binding binding = contact.binding();
        boolean active = contact.event().isActive();
        xml.writeStartElement("contact");
        xml.writeAttribute("id", contact.id());
        xml.writeAttribute("state", active ? "active" : "terminated");
        xml.writeAttribute("event", contact.event().text());
        if (active) {
            Duration left = Duration.between(now, binding.expiry()).plusMillis(999);
            xml.writeAttribute("expires", Long.toString(Math.max(0, left.toSeconds())));
        }
        xml.writeAttribute("q", Float.toString(binding.q()));
        xml.writeAttribute("callid", XmlDocument.text(binding.callId()));
        xml.writeAttribute("cseq", Long.toString(binding.cseq()));
        xml.writeStartElement("uri");
        xml.writeCharacters(XmlDocument.text(binding.contact()));
        xml.writeEndElement();
        for (Map.Entry<String, String> parameter : binding.parameters().entrySet()) {
            if (!KNOWN_PARAMETERS.contains(parameter.getKey())) {
                xml.writeStartElement("unknown-param");
                xml.writeAttribute("name", XmlDocument.text(parameter.getKey()));
                xml.writeCharacters(XmlDocument.text(parameter.getValue()));
                xml.writeEndElement();
            }
        }
        Optional<String> gruu = active ? locations.publicGruu(binding) : Optional.empty();
        if (gruu.isPresent()) {
            xml.writeEmptyElement("gr", "pub-gruu", GRUU_NAMESPACE);
            xml.writeNamespace("gr", GRUU_NAMESPACE);
            xml.writeAttribute("uri", gruu.get());
        }
        xml.writeEndElement();
    }
}
