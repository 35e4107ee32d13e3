// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.io.UnsupportedEncodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.uri.SyntaxException;

/** Bodies of messages as the API gives and takes them: text by its charset, all else as bytes. Stateless. */
final class Contents {

    private Contents() {}

    /** The charset that a Content-Type names. */
    static @Nullable String charset(@Nullable String type) {
        try {
            return type == null
                    ? null
                    : SipParameterable.parse(type, Owner.none()).getParameter("charset");
        } catch (SyntaxException e) {
            return null;
        }
    }

    /** @throws IllegalArgumentException for a charset that Java does not know */
    static void require(String charset, SipMessage message) {
        try {
            Charset.forName(charset);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new IllegalArgumentException("unknown charset " + charset + " for " + message.describe(), e);
        }
    }

    /** A string of a {@code text/} type, the bytes of others. */
    static @Nullable Object decoded(byte @Nullable [] body, @Nullable String type) throws UnsupportedEncodingException {
        if (body == null || type == null || !type.regionMatches(true, 0, "text/", 0, 5)) {
            return body;
        }
        String encoding = charset(type);
        try {
            return new String(body, encoding == null ? StandardCharsets.UTF_8 : Charset.forName(encoding));
        } catch (IllegalArgumentException e) {
            UnsupportedEncodingException unsupported = new UnsupportedEncodingException(encoding);
            unsupported.initCause(e);
            throw unsupported;
        }
    }

    static byte[] encoded(Object content, String type, SipMessage message) throws UnsupportedEncodingException {
        if (content instanceof byte[] bytes) {
            return bytes.clone();
        }
        if (content instanceof String text) {
            String encoding = charset(type);
            return encoding == null ? text.getBytes(StandardCharsets.UTF_8) : text.getBytes(encoding);
        }
        throw new IllegalArgumentException("the content of " + message.describe() + " must be byte[] or String, not "
                + content.getClass().getName());
    }
}
