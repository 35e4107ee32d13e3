// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.Uri;

/** One application in one chain of a DAR file (JSR 289 appendix C). Immutable. */
record DarEntry(
        String application,
        Subscriber subscriber,
        Region region,
        List<NameAddr> routes,
        RouteModifier modifier,
        int order,
        DarOptions options) {

    /** Whom the application serves: a URI written in the file, or one found in a header of the request. */
    sealed interface Subscriber {
        Optional<Uri> of(Request request);
    }

    /** {@code sip:alice@example.com}. */
    record Literal(Optional<Uri> uri) implements Subscriber {
        @Override
        public Optional<Uri> of(Request request) {
            return uri;
        }
    }

    /** {@code DAR:From}. */
    record InHeader(HeaderName name) implements Subscriber {
        @Override
        public Optional<Uri> of(Request request) {
            if (name.equals(HeaderName.FROM)) {
                return Optional.of(request.from().uri());
            }
            if (name.equals(HeaderName.TO)) {
                return Optional.of(request.to().uri());
            }
            List<String> values = request.headers().values(name);
            return values.isEmpty()
                    ? Optional.empty()
                    : Optional.of(NameAddr.parse(values.get(0)).uri());
        }
    }

    /** The router's answer, with the place of this entry in its chain as state. */
    Selection select(Request request, Integer place) {
        return new Selection(
                Optional.of(application),
                Optional.of(region),
                subscriber.of(request),
                routes,
                modifier,
                Optional.of(place));
    }
}
