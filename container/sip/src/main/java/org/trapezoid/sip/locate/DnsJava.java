// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Threads;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/**
 * The name service by way of dnsjava. Thread-safe: a thread of its own asks and brings the answers, so that nobody waits for
 * what the library does first, such as reading the system's configuration. It is not loaded before something is asked.
 */
public final class DnsJava implements Dns, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DnsJava.class);
    private static final int MOST_ALIASES = 8; // asked for one after another
    private static final int TRIES = 3;
    private static final long REFRESH = Duration.ofSeconds(30).toNanos();
    private static final long IDLE_SECONDS = 30;

    private final List<InetSocketAddress> servers;
    private final Duration timeout;
    private final LongSupplier nanoTime;
    private final ThreadPoolExecutor thread;
    private @Nullable ExtendedResolver resolver; // on the thread
    private long resolverSince; // on the thread

    /**
     * Asks these servers, or with none those that the system names.
     *
     * @param timeout for one question, all tries together
     */
    public DnsJava(List<InetSocketAddress> servers, Duration timeout, LongSupplier nanoTime) {
        this.servers = List.copyOf(servers);
        this.timeout = timeout;
        this.nanoTime = nanoTime;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> Threads.platform("sip-dns", task));
        this.thread.allowCoreThreadTimeOut(true);
    }

    @Override
    public CompletionStage<DnsAnswer> ask(DnsQuestion question) {
        CompletableFuture<DnsAnswer> answer = new CompletableFuture<>();
        try {
            thread.execute(() -> begin(question, answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new IOException("the resolver is closed", e));
        }
        return answer;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void begin(DnsQuestion question, CompletableFuture<DnsAnswer> answer) {
        try {
            Optional<Name> name = DnsReply.name(question.name());
            if (name.isPresent()) {
                ask(question, name.get(), Long.MAX_VALUE, MOST_ALIASES, answer);
            } else {
                answer.complete(DnsAnswer.NOTHING);
            }
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    private void ask(DnsQuestion question, Name name, long ttl, int aliases, CompletableFuture<DnsAnswer> answer) {
        Message query = Message.newQuery(Record.newRecord(name, type(question), DClass.IN));
        resolver()
                .sendAsync(query, thread)
                .whenCompleteAsync(
                        (message, failure) -> {
                            if (failure != null) {
                                answer.completeExceptionally(failure);
                                mayReadSystemAgain();
                            } else {
                                read(question, name, message, ttl, aliases, answer);
                            }
                        },
                        thread);
    }

    private void read(
            DnsQuestion question,
            Name name,
            Message message,
            long ttl,
            int aliases,
            CompletableFuture<DnsAnswer> answer) {
        int code = message.getRcode();
        if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
            answer.completeExceptionally(new DnsRefusal(question, Rcode.string(code)));
            return;
        }
        try {
            DnsReply reply = DnsReply.of(message, name, type(question));
            if (reply.alias().isEmpty() || code == Rcode.NXDOMAIN) {
                answer.complete(reply.answer(ttl));
            } else if (aliases == 0) {
                answer.completeExceptionally(new DnsRefusal(question, "more aliases than anybody needs"));
            } else {
                ask(question, reply.alias().get(), Math.min(ttl, reply.ttl()), aliases - 1, answer);
            }
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    private static int type(DnsQuestion question) {
        return switch (question.type()) {
            case NAPTR -> Type.NAPTR;
            case SRV -> Type.SRV;
            case A -> Type.A;
            case AAAA -> Type.AAAA;
        };
    }

    private ExtendedResolver resolver() {
        ExtendedResolver present = resolver;
        if (present == null) {
            List<InetSocketAddress> asked =
                    servers.isEmpty() ? ResolverConfig.getCurrentConfig().servers() : servers;
            List<Resolver> each = new ArrayList<>();
            asked.forEach(server -> each.add(new SimpleResolver(server)));
            present = new ExtendedResolver(each);
            present.setTimeout(timeout);
            present.setRetries(TRIES);
            each.forEach(one -> one.setTimeout(timeout.dividedBy(TRIES))); // after the constructor, which sets it
            resolver = present;
            resolverSince = nanoTime.getAsLong();
            log.debug("name servers: {}", asked);
        }
        return present;
    }

    /** The network may be another one by now. */
    private void mayReadSystemAgain() {
        if (servers.isEmpty() && nanoTime.getAsLong() - resolverSince > REFRESH) {
            ResolverConfig.refresh();
            resolver = null;
        }
    }
}
