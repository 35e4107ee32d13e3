// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.header;

import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * The value of Replaces (RFC 3891 §6.1), Join (RFC 3911 §7.1) and Target-Dialog (RFC 4538 §7): a dialog as its UAS names it.
 * Immutable.
 *
 * @param localTag the tag of who receives the reference: {@code to-tag}, {@code local-tag} in Target-Dialog
 * @param remoteTag the tag of its peer: {@code from-tag}, {@code remote-tag} in Target-Dialog
 * @param earlyOnly of Replaces: only while the dialog is early
 */
public record DialogReference(String callId, String localTag, String remoteTag, boolean earlyOnly) {

    /** Who has no tag, as RFC 2543 allowed, is named by this tag, RFC 3891 §6.1. */
    public static final String NO_TAG = "0";

    /** Parses Replaces and Join. */
    public static DialogReference parse(String text) {
        return parse(text, "to-tag", "from-tag");
    }

    /** Parses Target-Dialog; {@code remote-tag} is that of who receives it (RFC 4538 §7). */
    public static DialogReference parseTargetDialog(String text) {
        return parse(text, "remote-tag", "local-tag");
    }

    private static DialogReference parse(String text, String localName, String remoteName) {
        byte[] b = Grammar.bytes(text);
        int start = Grammar.skipLws(b, 0, b.length);
        int semicolon = Grammar.indexOf(b, start, b.length, ';');
        int end = Grammar.trimEnd(b, start, semicolon < 0 ? b.length : semicolon);
        if (semicolon < 0 || end == start) {
            throw SyntaxException.expected("Call-ID and tags", b, 0, b.length);
        }
        for (int i = start; i < end; i++) {
            if (Grammar.isLws(b[i])) {
                throw SyntaxException.expected("Call-ID without spaces", b, start, end);
            }
        }
        Parameters.checkHeader(b, semicolon, b.length);
        Parameters parameters = Parameters.ofHeader(b, semicolon, b.length);
        return new DialogReference(
                Grammar.text(b, start, end),
                tag(parameters, localName),
                tag(parameters, remoteName),
                parameters.has("early-only"));
    }

    private static String tag(Parameters parameters, String name) {
        return parameters
                .value(name)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> new SyntaxException(name + " is missing"));
    }
}
