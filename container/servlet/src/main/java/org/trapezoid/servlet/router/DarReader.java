// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.util.ArrayList;
import java.util.List;

/** Reads the lines of a properties file, continued ones joined, and remembers where each character stood. */
final class DarReader {
    private final String file;
    private final String text;
    private int at;
    private int number = 1;

    private DarReader(String file, String text) {
        this.file = file;
        this.text = text;
    }

    /** The logical lines that say something. */
    static List<Line> lines(String file, String text) {
        DarReader reader = new DarReader(file, text);
        List<Line> lines = new ArrayList<>();
        while (reader.at < text.length()) {
            Line line = reader.line();
            if (!line.isBlank()) {
                lines.add(line);
            }
        }
        return lines;
    }

    private Line line() {
        Line line = new Line(file, number);
        skipBlanks();
        boolean comment = at < text.length() && (text.charAt(at) == '#' || text.charAt(at) == '!');
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (isNewline(c)) {
                break;
            }
            if (comment) {
                continue;
            }
            if (c == '\\' && at < text.length()) {
                escape(line);
            } else {
                line.append(c, number);
            }
        }
        return line;
    }

    private void escape(Line line) {
        char c = text.charAt(at++);
        if (isNewline(c)) {
            skipBlanks(); // a continued line starts at its first character
            return;
        }
        line.append(
                switch (c) {
                    case 't' -> '\t';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 'f' -> '\f';
                    case 'u' -> unicode();
                    default -> c;
                },
                number);
    }

    private char unicode() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < text.length() ? Character.digit(text.charAt(at++), 16) : -1;
            if (digit < 0) {
                throw new DarException(file, number, "expected four hexadecimal digits after \\u");
            }
            value = value * 16 + digit;
        }
        return (char) value;
    }

    private boolean isNewline(char c) {
        if (c == '\r') {
            if (at < text.length() && text.charAt(at) == '\n') {
                at++;
            }
            number++;
            return true;
        }
        if (c == '\n') {
            number++;
            return true;
        }
        return false;
    }

    private void skipBlanks() {
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\f';
    }

    /** One key and its value, read from left to right. */
    static final class Line {
        private final String file;
        private final int first;
        private final StringBuilder text = new StringBuilder();
        private final List<Integer> numbers = new ArrayList<>();
        private int at;

        private Line(String file, int first) {
            this.file = file;
            this.first = first;
        }

        private void append(char c, int number) {
            text.append(c);
            numbers.add(number);
        }

        private boolean isBlank() {
            return text.toString().isBlank();
        }

        /** Where the line starts. */
        int number() {
            return first;
        }

        /** Everything up to the first blank, equals sign or colon, which are skipped. */
        String key() {
            int start = at;
            while (at < text.length() && !DarReader.isBlank(text.charAt(at)) && "=:".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String key = text.substring(start, at);
            if (!accept('=')) {
                accept(':');
            }
            return key;
        }

        boolean accept(char c) {
            skipBlanks();
            if (at < text.length() && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        void expect(char c, String what) {
            if (!accept(c)) {
                throw expected(what);
            }
        }

        /** What stands between two quotation marks. */
        String quoted(String what) {
            expect('"', what + " in quotation marks");
            int end = text.indexOf("\"", at);
            if (end < 0) {
                throw expected("a closing quotation mark after " + what);
            }
            String quoted = text.substring(at, end);
            at = end + 1;
            return quoted.strip();
        }

        void end() {
            skipBlanks();
            if (at < text.length()) {
                throw expected("\",\" and another application, or the end of the line");
            }
        }

        DarException expected(String expectation) {
            return new DarException(file, present(), "expected " + expectation);
        }

        /** File and line of what was read last. */
        String place() {
            return file + ":" + present();
        }

        private int present() {
            int last = Math.min(at, numbers.size() - 1);
            return last < 0 ? first : numbers.get(last);
        }

        private void skipBlanks() {
            while (at < text.length() && DarReader.isBlank(text.charAt(at))) {
                at++;
            }
        }
    }
}
