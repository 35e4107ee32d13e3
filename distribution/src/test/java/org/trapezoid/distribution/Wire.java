// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A SIP message as it was on the wire, read with a reader of the tests' own. Immutable.
 *
 * @param sent by the one who kept it, else received
 */
record Wire(boolean sent, String text) {

    private static final Pattern LINE_END = Pattern.compile("\r?\n");
    private static final Pattern TAG = Pattern.compile(";\\s*tag=([^;>\\s]+)");
    private static final Pattern BRANCH = Pattern.compile(";\\s*branch=([^;,\\s]+)");
    private static final Pattern SENT_BY = Pattern.compile("^SIP/2\\.0/\\S+\\s+([^;\\s]+)");
    private static final Pattern URI = Pattern.compile("<([^>]*)>");

    static Wire received(byte[] bytes, int length) {
        return new Wire(false, new String(bytes, 0, length, StandardCharsets.UTF_8));
    }

    /** Request line or status line. */
    String startLine() {
        return text.lines().findFirst().orElse("");
    }

    boolean isRequest() {
        return !startLine().startsWith("SIP/2.0 ");
    }

    /** Of the request, or of the request that is answered. */
    String method() {
        return header("CSeq").replaceFirst("^\\d+\\s+", "");
    }

    String requestUri() {
        return startLine().split(" ")[1];
    }

    /** 0 for a request. */
    int status() {
        return isRequest() ? 0 : Integer.parseInt(startLine().substring(8, 11));
    }

    /** {@code INVITE}, or {@code 200 INVITE}. */
    String name() {
        return isRequest() ? startLine().split(" ")[0] : status() + " " + method();
    }

    /** The values of a header field, in order; commas outside quotes and angle brackets separate them. */
    List<String> headers(String name) {
        List<String> values = new ArrayList<>();
        String head = LINE_END.split(text + "\r\n")[0].isEmpty() ? "" : text.split("\r?\n\r?\n", 2)[0];
        for (String line : LINE_END.split(head)) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).strip().equalsIgnoreCase(name)) {
                values.addAll(split(line.substring(colon + 1)));
            }
        }
        return values;
    }

    private static List<String> split(String list) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        boolean quoted = false;
        boolean bracketed = false;
        for (int i = 0; i < list.length(); i++) {
            char c = list.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == '<' || c == '>')) {
                bracketed = c == '<';
            } else if (c == ',' && !quoted && !bracketed) {
                parts.add(list.substring(from, i).strip());
                from = i + 1;
            }
        }
        parts.add(list.substring(from).strip());
        return parts;
    }

    /** The first value, or an empty text. */
    String header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? "" : values.get(0);
    }

    /** The sent-by of every Via, topmost first. */
    List<String> path() {
        return headers("Via").stream().map(via -> first(SENT_BY, via)).toList();
    }

    List<String> branches() {
        return headers("Via").stream().map(via -> first(BRANCH, via)).toList();
    }

    String fromTag() {
        return first(TAG, header("From"));
    }

    String toTag() {
        return first(TAG, header("To"));
    }

    /** The header of a 200 to this request, with {@code \n} line ends. */
    String ok(String tag) {
        StringBuilder answer = new StringBuilder("SIP/2.0 200 OK\n");
        for (String name : List.of("Via", "From", "Call-ID", "CSeq")) {
            headers(name)
                    .forEach(value ->
                            answer.append(name).append(": ").append(value).append('\n'));
        }
        return answer.append("To: ")
                .append(header("To"))
                .append(";tag=")
                .append(tag)
                .append('\n')
                .toString();
    }

    /** A whole answer of a phone to this request; it keeps a To tag that there is. */
    byte[] answer(String status, String contact, String body) {
        StringBuilder response = new StringBuilder("SIP/2.0 " + status + "\r\n");
        for (String name : List.of("Via", "From", "Call-ID", "CSeq", "Record-Route")) {
            headers(name)
                    .forEach(value ->
                            response.append(name).append(": ").append(value).append("\r\n"));
        }
        response.append("To: ").append(header("To")).append(toTag().isEmpty() ? ";tag=phone\r\n" : "\r\n");
        response.append("Contact: <").append(contact).append(">\r\n");
        if (!body.isEmpty()) {
            response.append("Content-Type: application/sdp\r\n");
        }
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        response.append("Content-Length: ").append(content.length).append("\r\n\r\n");
        return response.append(body).toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The same with the Record-Route values of another message. */
    Wire withRecordRoute(Wire other) {
        StringBuilder routes = new StringBuilder();
        other.headers("Record-Route")
                .forEach(value -> routes.append("\nRecord-Route: ").append(value));
        return new Wire(sent, startLine() + routes + text.substring(startLine().length()));
    }

    /** The URI of the first Contact. */
    String contact() {
        return first(URI, header("Contact"));
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }

    @Override
    public String toString() {
        return (sent ? "sent " : "received ") + text;
    }
}
