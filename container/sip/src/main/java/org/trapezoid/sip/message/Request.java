// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.Uri;

/** A request, RFC 3261 §7.1. Immutable and thread-safe. */
public final class Request extends Message {
    private static final byte[] VERSION = Grammar.bytes(" SIP/2.0\r\n");

    private final Method method;
    private final int uriStart;
    private @Nullable Uri uri;
    private @Nullable String uriText;

    Request(
            Method method,
            byte[] start,
            int startLength,
            Headers headers,
            byte[] content,
            int bodyStart,
            int bodyLength) {
        super(start, startLength, headers, content, bodyStart, bodyLength);
        this.method = method;
        this.uriStart = method.name().length() + 1;
    }

    /** A request with nothing but its start line. */
    public static Builder builder(Method method, Uri uri) {
        return new Builder(method, uri);
    }

    public Method method() {
        return method;
    }

    /** The Request-URI. */
    public Uri uri() {
        Uri known = uri;
        if (known == null) {
            known = Uri.parse(start(), uriStart, uriEnd());
            uri = known;
        }
        return known;
    }

    /** The Request-URI as it is on the wire. */
    public String uriText() {
        String known = uriText;
        if (known == null) {
            known = Grammar.text(start(), uriStart, uriEnd());
            uriText = known;
        }
        return known;
    }

    @Override
    public void forget() {
        super.forget();
        uri = null;
        uriText = null;
    }

    private int uriEnd() {
        return startLength() - VERSION.length;
    }

    /** -1 if there is none. */
    public int maxForwards() {
        int i = headers().indexOf(HeaderName.MAX_FORWARDS, 0);
        return i < 0
                ? -1
                : headers().<Integer>read(i, (b, from, to) -> (int) Grammar.number(b, from, to, 255, "Max-Forwards"));
    }

    public List<NameAddr> routes() {
        return headers().addresses(HeaderName.ROUTE);
    }

    /** The first Route value. */
    public Optional<NameAddr> topRoute() {
        int i = headers().indexOf(HeaderName.ROUTE, 0);
        return i < 0
                ? Optional.empty()
                : Optional.of(
                        headers().read(i, (b, from, to) -> NameAddr.parse(b, from, Grammar.listValue(b, from, to))));
    }

    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Builds requests. Confined to one thread. */
    public static final class Builder extends Message.Builder<Builder> {
        private Method method;
        private byte[] start;
        private int startLength;
        private @Nullable Uri uri;

        private Builder(Method method, Uri uri) {
            this.method = method;
            this.uri = uri;
            this.start = new byte[0];
        }

        private Builder(Request request) {
            super(request);
            method = request.method;
            start = request.start();
            startLength = request.startLength();
            uri = request.uri;
        }

        @Override
        Builder self() {
            return this;
        }

        public Builder uri(Uri newUri) {
            uri = newUri;
            startLength = 0;
            return this;
        }

        public Builder method(Method newMethod) {
            if (startLength > 0 && uri == null) {
                uri = Uri.parse(start, method.name().length() + 1, startLength - VERSION.length);
            }
            method = newMethod;
            startLength = 0;
            return this;
        }

        @Override
        public Request build() {
            if (startLength == 0) {
                start = Grammar.bytes(method.name() + ' ' + uri + " SIP/2.0\r\n");
                startLength = start.length;
            }
            Headers headers = finished();
            Request request = new Request(method, start, startLength, headers, content(), bodyStart(), bodyLength());
            request.uri = uri;
            request.forbidden(forbidden());
            request.arrival(arrival());
            return request;
        }
    }
}
