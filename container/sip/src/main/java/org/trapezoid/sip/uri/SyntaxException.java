// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.uri;

/** A text that does not follow its grammar. It carries no stack trace: what a peer sent is not our programming error. */
public final class SyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public SyntaxException(String message) {
        super(message);
    }

    /** The thing that was expected, and what was found instead. */
    public static SyntaxException expected(String expectation, byte[] found, int from, int to) {
        String text = Grammar.text(found, from, Math.min(to, from + 60));
        StringBuilder message = new StringBuilder(expectation.length() + text.length() + 16)
                .append(expectation)
                .append(" expected: ");
        for (int i = 0; i < text.length(); i++) { // a peer must not write lines of our log
            char c = text.charAt(i);
            message.append(isLineEndOrControl(c) ? '?' : c);
        }
        return new SyntaxException(message.toString());
    }

    private static boolean isLineEndOrControl(char c) {
        return c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // it changes nothing
    public Throwable fillInStackTrace() {
        return this;
    }
}
