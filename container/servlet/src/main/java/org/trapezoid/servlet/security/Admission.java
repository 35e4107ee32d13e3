// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.trapezoid.servlet.session.Identity;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;

/** What becomes of a request. An immutable value. */
public sealed interface Admission {

    /** Calls one of the two. */
    void fold(BiConsumer<Request, Optional<Identity>> admitted, Consumer<Refused> refused);

    /** The application gets it as it stands here. */
    record Admitted(Request request, Optional<Identity> sender) implements Admission {
        @Override
        public void fold(BiConsumer<Request, Optional<Identity>> admitted, Consumer<Refused> refused) {
            admitted.accept(request, sender);
        }
    }

    /** It is answered. */
    record Refused(int status, List<String> challenges) implements Admission {
        public Refused {
            challenges = List.copyOf(challenges);
        }

        /** Of the challenges. */
        public HeaderName header() {
            return status == Guard.PROXY_AUTHENTICATION_REQUIRED
                    ? HeaderName.PROXY_AUTHENTICATE
                    : HeaderName.WWW_AUTHENTICATE;
        }

        @Override
        public void fold(BiConsumer<Request, Optional<Identity>> admitted, Consumer<Refused> refused) {
            refused.accept(this);
        }
    }
}
