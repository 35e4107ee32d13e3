// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.trapezoid.sip.locate.DnsRecord.Naptr;

/** What the DNS knows of telephone numbers: ENUM, RFC 6116. Thread-safe; never blocks. */
public final class TelephoneNumbers {

    private static final String APEX = "e164.arpa";
    /** E.164 §6.2.1: so long a number may be; that also bounds what a regular expression of a stranger is applied to. */
    private static final int MOST_DIGITS = 15;

    private static final int LONGEST_EXPRESSION = 255;

    private final Dns dns;

    public TelephoneNumbers(Dns dns) {
        this.dns = dns;
    }

    /**
     * The domain name of a number, RFC 6116 §3.2.
     *
     * @param number global: a plus sign and digits, with or without visual separators
     */
    public static String domain(String number) {
        String digits = digits(number);
        StringBuilder name = new StringBuilder();
        for (int i = digits.length() - 1; i >= 0; i--) {
            name.append(digits.charAt(i)).append('.');
        }
        return name.append(APEX).toString();
    }

    private static String digits(String number) {
        StringBuilder digits = new StringBuilder();
        for (int i = 1; i < number.length(); i++) {
            char c = number.charAt(i);
            if (c >= '0' && c <= '9') {
                digits.append(c);
            } else if ("-.()".indexOf(c) < 0) { // RFC 3966 §5.1.1
                throw new IllegalArgumentException(number + " is no global telephone number");
            }
        }
        if (!number.startsWith("+") || digits.length() == 0 || digits.length() > MOST_DIGITS) {
            throw new IllegalArgumentException(number + " is no global telephone number");
        }
        return digits.toString();
    }

    /**
     * The URIs that a number has for a service, best first; completes exceptionally when the DNS fails.
     *
     * @param service as {@code E2U+sip}; its case does not matter
     */
    public CompletionStage<List<String>> uris(String number, String service) {
        String text = '+' + digits(number);
        return dns.ask(new DnsQuestion(DnsQuestion.Type.NAPTR, domain(number)))
                .thenApply(answer -> uris(answer.records(), text, service));
    }

    private static List<String> uris(List<DnsRecord> records, String text, String service) {
        List<Naptr> offered = new ArrayList<>();
        for (DnsRecord record : records) {
            if (record instanceof Naptr naptr && naptr.flags().equalsIgnoreCase("u") && offers(naptr, service)) {
                offered.add(naptr);
            }
        }
        offered.sort(Comparator.comparingInt(Naptr::order).thenComparingInt(Naptr::preference));
        List<String> uris = new ArrayList<>();
        for (Naptr naptr : offered) {
            substituted(naptr.regexp(), text).filter(uri -> !uris.contains(uri)).ifPresent(uris::add);
        }
        return List.copyOf(uris);
    }

    /** A record may have several services, {@code E2U+sip+email:mailto} (RFC 6116 §3.4.3). */
    private static boolean offers(Naptr naptr, String service) {
        String offered = naptr.service().toUpperCase(Locale.ROOT) + '+';
        String wanted = service.toUpperCase(Locale.ROOT);
        String kind = wanted.startsWith("E2U") ? wanted.substring("E2U".length()) : '+' + wanted;
        return offered.startsWith("E2U+") && offered.contains(kind + '+');
    }

    /** Applies {@code !^.*$!sip:info@example.com!i} to the number, RFC 3402 §3.2; empty when it does not match. */
    private static Optional<String> substituted(String expression, String text) {
        if (expression.length() < 3 || expression.length() > LONGEST_EXPRESSION) {
            return Optional.empty();
        }
        char delimiter = expression.charAt(0);
        int middle = expression.indexOf(delimiter, 1);
        int end = middle < 0 ? -1 : expression.indexOf(delimiter, middle + 1);
        if (end < 0) {
            return Optional.empty();
        }
        boolean anyCase = expression.substring(end + 1).equals("i");
        try {
            Matcher matcher = Pattern.compile(expression.substring(1, middle), anyCase ? Pattern.CASE_INSENSITIVE : 0)
                    .matcher(text);
            return matcher.find()
                    ? Optional.of(filled(expression.substring(middle + 1, end), matcher))
                    : Optional.empty();
        } catch (PatternSyntaxException | IndexOutOfBoundsException | StackOverflowError e) {
            return Optional.empty();
        }
    }

    private static String filled(String template, Matcher matcher) {
        StringBuilder uri = new StringBuilder();
        for (int i = 0; i < template.length(); i++) {
            char c = template.charAt(i);
            if (c == '\\' && i + 1 < template.length()) {
                char next = template.charAt(++i);
                if (next >= '1' && next <= '9') {
                    String group = matcher.group(next - '0');
                    uri.append(group == null ? "" : group);
                } else {
                    uri.append(next);
                }
            } else {
                uri.append(c);
            }
        }
        return uri.toString();
    }
}
