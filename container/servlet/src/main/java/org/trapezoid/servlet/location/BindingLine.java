// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.trapezoid.api.Binding;

/**
 * One line of the location file: all bindings of one address-of-record, which replace those of earlier lines. Fields are
 * separated by tabs; the first one is the checksum of the rest. An immutable value.
 */
record BindingLine(String addressOfRecord, List<Binding> bindings) {

    /** Without the line end. */
    String format() {
        StringBuilder fields = new StringBuilder(160 * bindings.size() + 40);
        append(fields, addressOfRecord);
        append(fields, bindings.size());
        for (Binding binding : bindings) {
            append(fields, binding.contact());
            append(fields, binding.q());
            append(fields, binding.expiry().toEpochMilli());
            append(fields, binding.callId());
            append(fields, binding.cseq());
            append(fields, binding.source().host());
            append(fields, binding.source().port());
            append(fields, binding.source().transport());
            append(fields, binding.source().flow());
            append(fields, binding.userAgent());
            append(fields, binding.parameters().size());
            binding.parameters().forEach((name, value) -> {
                append(fields, name);
                append(fields, value);
            });
            append(fields, binding.path().size());
            binding.path().forEach(value -> append(fields, value));
        }
        return checksum(fields) + fields;
    }

    /**
     * Reads what {@link #format} wrote.
     *
     * @throws IllegalArgumentException if it is anything else; the message says what
     */
    static BindingLine parse(String line) {
        int tab = line.indexOf('\t');
        if (tab < 0 || !checksum(line.substring(tab)).equals(line.substring(0, tab))) {
            throw new IllegalArgumentException("the checksum is wrong");
        }
        Fields fields = new Fields(line, tab);
        String addressOfRecord = fields.text();
        int count = fields.integer();
        List<Binding> bindings = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bindings.add(binding(addressOfRecord, fields));
        }
        return new BindingLine(addressOfRecord, List.copyOf(bindings));
    }

    private static Binding binding(String addressOfRecord, Fields fields) {
        String contact = fields.text();
        float q = Float.parseFloat(fields.text());
        Instant expiry = Instant.ofEpochMilli(Long.parseLong(fields.text()));
        String callId = fields.text();
        long cseq = Long.parseLong(fields.text());
        Binding.Source source = new Binding.Source(fields.text(), fields.integer(), fields.text(), fields.text());
        String userAgent = fields.text();
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int left = fields.integer(); left > 0; left--) {
            parameters.put(fields.text(), fields.text());
        }
        List<String> path = new ArrayList<>();
        for (int left = fields.integer(); left > 0; left--) {
            path.add(fields.text());
        }
        return new Binding(addressOfRecord, contact, parameters, q, expiry, callId, cseq, path, source, userAgent);
    }

    private static String checksum(CharSequence text) {
        CRC32C checksum = new CRC32C();
        checksum.update(text.toString().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }

    private static void append(StringBuilder fields, float number) {
        append(fields, Float.toString(number));
    }

    private static void append(StringBuilder fields, long number) {
        fields.append('\t').append(number);
    }

    private static void append(StringBuilder fields, String text) {
        fields.append('\t');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> fields.append("\\\\");
                case '\t' -> fields.append("\\t");
                case '\n' -> fields.append("\\n");
                case '\r' -> fields.append("\\r");
                default -> fields.append(c);
            }
        }
    }

    /** Reads the fields from left to right. */
    private static final class Fields {
        private final String line;
        private int position;

        Fields(String line, int firstTab) {
            this.line = line;
            this.position = firstTab;
        }

        int integer() {
            return Integer.parseInt(text());
        }

        String text() {
            if (position >= line.length()) {
                throw new IllegalArgumentException("a field is missing");
            }
            StringBuilder field = new StringBuilder();
            position++;
            while (position < line.length() && line.charAt(position) != '\t') {
                char c = line.charAt(position++);
                if (c == '\\' && position < line.length()) {
                    c = switch (line.charAt(position++)) {
                        case 't' -> '\t';
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        default -> '\\';
                    };
                }
                field.append(c);
            }
            return field.toString();
        }
    }
}
