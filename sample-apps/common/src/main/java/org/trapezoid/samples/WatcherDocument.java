// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;

/** Who watches one address-of-record, RFC 3858. Immutable. */
public final class WatcherDocument {
    public static final String TYPE = "application/watcherinfo+xml";

    private static final String NAMESPACE = "urn:ietf:params:xml:ns:watcherinfo";

    /**
     * One subscription.
     *
     * @param id the same as long as it lasts
     * @param watcher the URI of the subscriber
     * @param active whether it lasts
     * @param since when it began
     * @param expiry when it will end
     */
    public record Entry(String id, String watcher, boolean active, Instant since, Instant expiry) {}

    private final String eventPackage;
    private final String addressOfRecord;

    /** @param eventPackage of the subscriptions */
    public WatcherDocument(String eventPackage, String addressOfRecord) {
        this.eventPackage = eventPackage;
        this.addressOfRecord = addressOfRecord;
    }

    /** All of them, or those that have changed. */
    public byte[] write(long version, boolean full, Collection<Entry> watchers, Instant now) {
        return XmlDocument.of("watcherinfo", NAMESPACE, version, full, xml -> {
            xml.writeStartElement("watcher-list");
            xml.writeAttribute("resource", XmlDocument.text(addressOfRecord));
            xml.writeAttribute("package", eventPackage);
            for (Entry watcher : watchers) {
                xml.writeStartElement("watcher");
                xml.writeAttribute("id", watcher.id());
                xml.writeAttribute("status", watcher.active() ? "active" : "terminated");
                xml.writeAttribute("event", watcher.active() ? "subscribe" : "timeout");
                xml.writeAttribute(
                        "duration-subscribed",
                        Long.toString(Duration.between(watcher.since(), now).toSeconds()));
                if (watcher.active()) {
                    long left = Duration.between(now, watcher.expiry()).toSeconds();
                    xml.writeAttribute("expiration", Long.toString(Math.max(0, left)));
                }
                xml.writeCharacters(XmlDocument.text(watcher.watcher()));
                xml.writeEndElement();
            }
            xml.writeEndElement();
        });
    }
}
