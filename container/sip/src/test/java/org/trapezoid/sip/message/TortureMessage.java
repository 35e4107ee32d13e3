// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One message of RFC 4475 or RFC 5118 with what the manifest expects of it. Immutable. */
final class TortureMessage {
    private final Map<String, String> row;
    private final byte[] bytes;

    private TortureMessage(Map<String, String> row, byte[] bytes) {
        this.row = row;
        this.bytes = bytes;
    }

    static List<TortureMessage> all() {
        String[] lines = new String(resource("torture.tsv"), StandardCharsets.UTF_8).split("\n");
        String[] columns = lines[0].split("\t");
        List<TortureMessage> all = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            String[] cells = lines[i].split("\t", -1);
            Map<String, String> row = new HashMap<>();
            for (int c = 0; c < columns.length; c++) {
                row.put(columns[c], cells[c]);
            }
            all.add(new TortureMessage(row, resource(cells[0])));
        }
        return all;
    }

    private static byte[] resource(String name) {
        try (InputStream in = TortureMessage.class.getResourceAsStream("/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] bytes() {
        return bytes.clone();
    }

    String cell(String column) {
        String value = row.get(column);
        if (value == null) {
            throw new IllegalArgumentException("no column " + column);
        }
        return value;
    }

    int number(String column) {
        return Integer.parseInt(cell(column));
    }

    String datagram() {
        return cell("datagram");
    }

    String stream() {
        return cell("stream");
    }

    boolean isValid() {
        return cell("class").equals("valid");
    }

    boolean isRequest() {
        return cell("status").isEmpty();
    }

    @Override
    public String toString() {
        return cell("file");
    }
}
