// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.util.Optional;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.SyntaxException;

/** What a listener puts into Via, Contact and Record-Route. Immutable. */
public record AdvertisedName(Protocol protocol, HostPort address) {

    public static AdvertisedName of(Listener listener) {
        return new AdvertisedName(listener.protocol(), listener.advertised());
    }

    /** The text form, which {@link #parse} reads. */
    @Override
    public String toString() {
        return protocol.name() + ' ' + address;
    }

    /** Empty if it is none. */
    public static Optional<AdvertisedName> parse(String text) {
        int end = text.indexOf(' ');
        try {
            return end < 0
                    ? Optional.empty()
                    : Protocol.of(text.substring(0, end))
                            .map(protocol -> new AdvertisedName(protocol, HostPort.parse(text.substring(end + 1))));
        } catch (SyntaxException e) {
            return Optional.empty();
        }
    }
}
