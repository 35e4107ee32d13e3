// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.trapezoid.sip.locate.Dns;
import org.trapezoid.sip.locate.DnsAnswer;
import org.trapezoid.sip.locate.DnsQuestion;
import org.trapezoid.sip.locate.DnsRecord;
import org.trapezoid.sip.transport.Literals;

/** A name service that says what the test wrote down, and nothing of other names. Confined to the thread of the test. */
public final class ScriptedDns implements Dns {
    private static final Duration TTL = Duration.ofMinutes(1);

    private final Map<DnsQuestion, List<DnsRecord>> records = new HashMap<>();
    private final Map<DnsQuestion, CompletableFuture<DnsAnswer>> scripted = new HashMap<>();
    private final List<DnsQuestion> asked = new ArrayList<>();
    private Duration ttl = TTL;

    /** Adds a record: {@code NAPTR order preference flags service replacement}, {@code SRV …}, {@code A …}, {@code AAAA …}. */
    public ScriptedDns with(String name, String record) {
        String[] words = record.split(" ", -1);
        DnsQuestion question = question(name, words[0]);
        records.computeIfAbsent(question, key -> new ArrayList<>()).add(parse(words));
        return this;
    }

    private static DnsRecord parse(String[] words) {
        return switch (words[0]) {
            case "NAPTR" -> new DnsRecord.Naptr(number(words[1]), number(words[2]), words[3], words[4], words[5]);
            case "SRV" -> new DnsRecord.Srv(number(words[1]), number(words[2]), number(words[3]), words[4]);
            default -> new DnsRecord.Address(address(words[1]));
        };
    }

    private static int number(String word) {
        return Integer.parseInt(word);
    }

    private static InetAddress address(String word) {
        return Literals.address(word).orElseThrow();
    }

    /** What this question comes to, instead of records. */
    public CompletableFuture<DnsAnswer> script(String name, String type) {
        return scripted.computeIfAbsent(question(name, type), key -> new CompletableFuture<>());
    }

    /** Such a question gets no answer. */
    public void silent(String name, String type) {
        scripted.put(question(name, type), new CompletableFuture<>());
    }

    /** From now on such questions are answered by the records again. */
    public void unscript(String name, String type) {
        scripted.remove(question(name, type));
    }

    public void ttl(Duration newTtl) {
        ttl = newTtl;
    }

    public void remove(String name, String type) {
        records.remove(question(name, type));
    }

    /** Everything that was asked, in order. */
    public List<String> asked() {
        return asked.stream().map(DnsQuestion::toString).toList();
    }

    @Override
    public CompletionStage<DnsAnswer> ask(DnsQuestion question) {
        asked.add(question);
        CompletableFuture<DnsAnswer> special = scripted.get(question);
        return special != null
                ? special
                : CompletableFuture.completedFuture(new DnsAnswer(records.getOrDefault(question, List.of()), ttl));
    }

    public static DnsQuestion question(String name, String type) {
        return new DnsQuestion(DnsQuestion.Type.valueOf(type), name);
    }
}
