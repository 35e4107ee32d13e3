// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.UserStore;
import org.trapezoid.sip.auth.DigestAlgorithm;
import org.trapezoid.sip.auth.DigestAuthenticator.Secret;
import org.trapezoid.sip.auth.DigestCredentials;

/**
 * The users of a store that takes its time, a database or the application's own. Answers are kept for a while, also that there is
 * nobody of a name. Thread-safe. So that a store that hangs does not hold every worker, only so many wait for it.
 */
public final class StoredAccounts implements Accounts {
    private static final Logger log = LoggerFactory.getLogger(StoredAccounts.class);

    /** What is about to expire has to be waited for already. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    /**
     * How a store is asked.
     *
     * @param life how long an answer counts; zero: it is asked each time
     * @param size how many answers are kept
     * @param waiting how many may wait for it at once
     */
    public record Options(Duration life, int size, int waiting) {
        public static final Options DEFAULT = new Options(Duration.ofSeconds(60), 10_000, 64);
    }

    private record Key(String name, String realm) {}

    /** No user: no hashes. */
    private record Known(Map<DigestAlgorithm, String> hashes, Set<String> roles, boolean exists, Instant until) {}

    private final String label;
    private final UserStore store;
    private final Options options;
    private final InstantSource clock;
    private final ConcurrentMap<Key, Known> known = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean failing = new AtomicBoolean();

    /** @param label names the store in logs */
    public StoredAccounts(String label, UserStore store, Options options, InstantSource clock) {
        this.label = label;
        this.store = store;
        this.options = options;
        this.clock = clock;
    }

    @Override
    public boolean isEmpty() {
        return false;
    }

    @Override
    public boolean contains(String name, String realm) {
        return user(name, realm).exists();
    }

    @Override
    public Set<String> roles(String name, String realm) {
        return user(name, realm).roles();
    }

    /** Hashed names are not looked for: a store finds users by their names. */
    @Override
    public Optional<Secret> find(DigestCredentials credentials) {
        if (credentials.userhash()) {
            return Optional.empty();
        }
        String hash = user(credentials.username(), credentials.realm())
                .hashes()
                .get(credentials.algorithm().plain());
        return Optional.ofNullable(hash).map(ha1 -> new Secret(credentials.username(), ha1));
    }

    @Override
    public List<DigestAlgorithm> algorithms(String realm) {
        List<DigestAlgorithm> algorithms = new ArrayList<>();
        for (String each : store.algorithms(realm)) {
            algorithms.add(DigestAlgorithm.of(each)
                    .filter(algorithm -> !algorithm.isSession())
                    .orElseThrow(() -> new AccountsException(
                            label + " offers the algorithm " + each + "; expected MD5, SHA-256 or SHA-512-256")));
        }
        if (algorithms.isEmpty()) {
            throw new AccountsException(label + " offers no algorithm for the realm " + realm);
        }
        return algorithms;
    }

    @Override
    public boolean asksForUserhash(String realm) {
        return false;
    }

    @Override
    public boolean isRemote() {
        return true;
    }

    @Override
    public boolean waits(String name, String realm) {
        Known present = known.get(new Key(name, realm));
        return present == null || !clock.instant().plus(MARGIN).isBefore(present.until());
    }

    private Known user(String name, String realm) {
        Key key = new Key(name, realm);
        Known present = known.get(key);
        if (present != null && clock.instant().isBefore(present.until())) {
            return present;
        }
        Known found = ask(key);
        if (!options.life().isZero() && options.size() > 0) {
            makeRoom();
            known.put(key, found);
        }
        return found;
    }

    private Known ask(Key key) {
        if (waiting.incrementAndGet() > options.waiting()) {
            waiting.decrementAndGet();
            throw new AccountsException(options.waiting() + " requests wait for " + label + " already");
        }
        try {
            Optional<UserStore.User> user = store.find(key.name(), key.realm());
            if (failing.getAndSet(false)) {
                log.info("{} answers again", label);
            }
            Instant until = clock.instant().plus(options.life());
            return user.map(there -> new Known(hashes(key, there), Set.copyOf(there.roles()), true, until))
                    .orElseGet(() -> new Known(Map.of(), Set.of(), false, until));
        } catch (Exception e) { // whatever the store throws
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (!failing.getAndSet(true)) {
                log.error("{} cannot be asked; whoever has to prove who it is gets 500", label, e);
            }
            throw new AccountsException(label + " cannot be asked: " + e, e);
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** Passwords are not kept. */
    private Map<DigestAlgorithm, String> hashes(Key key, UserStore.User user) {
        Map<DigestAlgorithm, String> hashes = new EnumMap<>(DigestAlgorithm.class);
        user.password().ifPresent(password -> algorithms(key.realm())
                .forEach(each -> hashes.put(each, each.ha1(key.name(), key.realm(), password))));
        user.hashes().forEach((token, hex) -> DigestAlgorithm.of(token)
                .ifPresent(each -> hashes.put(each.plain(), hex.strip().toLowerCase(Locale.ROOT))));
        return hashes;
    }

    private void makeRoom() {
        if (known.size() < options.size()) {
            return;
        }
        Instant now = clock.instant();
        known.values().removeIf(each -> !now.isBefore(each.until()));
        int more = known.size() - options.size() / 2;
        if (known.size() >= options.size()) {
            for (Key each : known.keySet()) {
                if (more-- <= 0) {
                    break;
                }
                known.remove(each);
            }
        }
    }
}
