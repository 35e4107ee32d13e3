// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.Parameterable;
import jakarta.servlet.sip.ServletParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.uri.SyntaxException;

/** Header fields of a message as addresses and values with parameters, written through to it. Confined to the application. */
final class HeaderViews {

    private HeaderViews() {}

    static List<Address> addresses(SipMessage message, String name) throws ServletParseException {
        HeaderName header = HeaderName.of(Objects.requireNonNull(name, "header name"));
        if (header.equals(HeaderName.FROM)) {
            return List.of(message.getFrom());
        }
        if (header.equals(HeaderName.TO)) {
            return List.of(message.getTo());
        }
        List<String> values = message.message().headers().values(header);
        List<Address> addresses = new ArrayList<>(values.size());
        try {
            for (int i = 0; i < values.size(); i++) {
                int index = i;
                addresses.add(SipAddress.parse(
                        values.get(i), changed -> replace(message, header, index, changed.toString())));
            }
        } catch (SyntaxException e) {
            throw new ServletParseException(
                    header + " of " + message.describe() + " is not an address: " + e.getMessage(), e);
        }
        return addresses;
    }

    static List<Parameterable> parameterables(SipMessage message, String name) throws ServletParseException {
        HeaderName header = HeaderName.of(Objects.requireNonNull(name, "header name"));
        List<String> values = message.message().headers().values(header);
        List<Parameterable> parsed = new ArrayList<>(values.size());
        try {
            for (int i = 0; i < values.size(); i++) {
                int index = i;
                parsed.add(SipParameterable.parse(values.get(i), changed -> replace(message, header, index, changed)));
            }
        } catch (SyntaxException e) {
            throw new ServletParseException(
                    header + " of " + message.describe() + " has no parameters of the usual form: " + e.getMessage(),
                    e);
        }
        return parsed;
    }

    /** Whether a Contact still leads where it led; of what is sent as a user agent the container sets that again. */
    private static boolean isLeft(SipMessage message, HeaderName header, String before, String after) {
        return header.equals(HeaderName.CONTACT)
                && (message.hasOwnContact() || SystemHeaders.leaveContact(before, after));
    }

    /** Writes a changed element of a header back. */
    private static void replace(SipMessage message, HeaderName header, int index, String text) {
        List<String> values = new ArrayList<>(message.message().headers().values(header));
        if (SystemHeaders.isSystem(header, message.isContactFree())
                && !isLeft(message, header, values.get(index), text)) {
            throw new IllegalStateException(header + " of " + message.describe()
                    + " is a system header; the container sets it"
                    + (header.equals(HeaderName.CONTACT)
                            ? ", but for user, display name and most parameters (JSR 289 §4.1.3)"
                            : " (JSR 289 §4.1.3)"));
        }
        message.requireUncommitted("change " + header + " of");
        values.set(index, text);
        Message.Builder<?> builder = message.edit();
        builder.remove(header);
        values.forEach(value -> builder.add(header, value));
    }
}
