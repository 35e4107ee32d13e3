// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import java.security.Principal;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.trapezoid.servlet.session.Identity;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.uri.Uri;

/**
 * What the HTTP request told that opened a WebSocket connection for SIP (JSR 359 §13.2). An immutable value.
 *
 * @param url of the connection, as its client called it
 * @param user who was authenticated by HTTP, if anybody was
 * @param headers those header fields that are kept, by name in lower case
 * @param assigned the SIP identity that an application gave it
 */
public record WebSocketOpening(
        String url, Optional<Principal> user, Map<String, String> headers, Optional<Assigned> assigned) {

    /** The attribute of an HTTP request that holds what is {@link Assigned}. */
    public static final String ASSIGNED = "org.trapezoid.websocket.identity";

    /** The attribute of an HTTP request that has opened its connection. */
    public static final String OPENED = "org.trapezoid.websocket.opened";

    /**
     * A SIP identity, which counts for the application that gave it: another one has asked nobody.
     *
     * @param application its name
     */
    public record Assigned(String application, Uri identity) {}

    public WebSocketOpening {
        headers = Map.copyOf(headers);
    }

    /** A header field that was kept. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /** The user, as the realm calls it, whom an application has let in over the connection of a flow. */
    static Optional<String> user(Flow flow, String application, String realm) {
        return flow instanceof WebSocketClient client ? client.opening().user(application, realm) : Optional.empty();
    }

    private Optional<String> user(String application, String realm) {
        return assigned.filter(given -> given.application().equals(application))
                .flatMap(given -> AssertedIdentity.user(given.identity(), realm));
    }

    /** The same user, of whom no roles are known. */
    public Optional<Identity> sender(String application, String realm) {
        return user(application, realm).map(name -> new Identity(name, Set.of()));
    }
}
