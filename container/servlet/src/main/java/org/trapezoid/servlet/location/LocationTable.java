// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.uri.Uri;

/** The location service of RFC 3261 §10 in memory. Thread-safe; each address-of-record is changed on its own. */
public final class LocationTable implements LocationService, AutoCloseable {
    private static final Duration SWEEP = Duration.ofSeconds(1);

    /** When to look at an address-of-record; earliest first. */
    private record Due(Instant at, String addressOfRecord) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : addressOfRecord.compareTo(other.addressOfRecord);
        }
    }

    private final Strand strand;
    private final Timers timers;
    private final InstantSource clock;
    private final ConcurrentMap<String, Contacts> table = new ConcurrentHashMap<>();
    /** One for each address-of-record. A refresh leaves it alone; it is corrected when it comes up. */
    private final ConcurrentSkipListSet<Due> dues = new ConcurrentSkipListSet<>();

    private final Gruus gruus;
    private final Announcer announcer = new Announcer();
    private volatile Consumer<String> onChange = addressOfRecord -> {};
    private volatile Timer sweep = Timer.NONE;
    private volatile boolean closed;

    /**
     * The strand is the table's own: expired bindings are removed, and listeners told of it, in its callbacks.
     *
     * @param secret the key of temporary GRUUs; they outlive a restart with it
     */
    public LocationTable(Strand strand, Timers timers, InstantSource clock, byte[] secret, RandomGenerator random) {
        this.strand = strand;
        this.timers = timers;
        this.clock = clock;
        this.gruus = new Gruus(secret, random);
        this.sweep = timers.schedule(strand, SWEEP, this::onSweep);
    }

    @Override
    public List<Binding> lookup(String addressOfRecord) {
        return contacts(addressOfRecord).alive(clock.instant());
    }

    @Override
    public List<Binding> update(String addressOfRecord, UnaryOperator<List<Binding>> change) {
        while (true) {
            Instant now = clock.instant();
            Contacts current = contacts(addressOfRecord);
            List<Binding> wanted = change.apply(current.alive(now));
            for (Binding binding : wanted) {
                if (!binding.addressOfRecord().equals(addressOfRecord)) {
                    throw new IllegalArgumentException(
                            "the change of " + addressOfRecord + " returned a binding of " + binding.addressOfRecord());
                }
            }
            Contacts next = current.replaced(wanted, now);
            if (commit(addressOfRecord, current, next, now)) {
                return next.bindings();
            }
        }
    }

    /** Makes a change that was made on another node of a cluster. */
    public void merge(BindingMerge change) {
        boolean done = false;
        while (!done) {
            Instant now = clock.instant();
            Contacts current = contacts(change.addressOfRecord());
            done = commit(change.addressOfRecord(), current, change.apply(current, now), now, true);
        }
    }

    @Override
    public Optional<Binding> bind(Binding binding) {
        Uri contact = Uri.parse(binding.contact());
        while (true) {
            Instant now = clock.instant();
            Contacts current = contacts(binding.addressOfRecord());
            List<Binding> wanted = new ArrayList<>(current.alive(now));
            wanted.add(binding);
            if (commit(binding.addressOfRecord(), current, current.replaced(wanted, now), now)) {
                return current.of(binding, contact).filter(old -> !old.isExpired(now));
            }
        }
    }

    @Override
    public Optional<Binding> unbind(String addressOfRecord, String contact) {
        Uri uri = Uri.parse(contact);
        while (true) {
            Instant now = clock.instant();
            Contacts current = contacts(addressOfRecord);
            Optional<Binding> old = current.of(uri).filter(binding -> !binding.isExpired(now));
            if (old.isEmpty()) {
                return old;
            }
            List<Binding> wanted = new ArrayList<>(current.alive(now));
            wanted.remove(old.get());
            if (commit(addressOfRecord, current, current.replaced(wanted, now), now)) {
                return old;
            }
        }
    }

    @Override
    public List<Binding> unbindAll(String addressOfRecord) {
        while (true) {
            Instant now = clock.instant();
            Contacts current = contacts(addressOfRecord);
            if (commit(addressOfRecord, current, Contacts.NONE, now)) {
                return current.alive(now);
            }
        }
    }

    @Override
    public Set<String> addressesOfRecord() {
        Instant now = clock.instant();
        List<String> bound = new ArrayList<>();
        table.forEach((addressOfRecord, contacts) -> {
            if (!contacts.alive(now).isEmpty()) {
                bound.add(addressOfRecord);
            }
        });
        return Set.copyOf(bound);
    }

    /** How many addresses-of-record there are; some of them may have ended less than a second ago. */
    public int size() {
        return table.size();
    }

    @Override
    public Optional<List<Binding>> instance(String uri) {
        Uri parsed = Uri.parse(uri);
        if (!Gruus.isGruu(parsed)) {
            return Optional.empty();
        }
        List<Binding> found = new ArrayList<>(1);
        gruus.read(parsed).ifPresent(wanted -> {
            for (Binding binding : lookup(wanted.addressOfRecord())) {
                if (binding.instance().equals(wanted.instance()) && wanted.isOf(binding.callId())) {
                    found.add(binding);
                }
            }
        });
        return Optional.of(found);
    }

    @Override
    public Optional<String> publicGruu(Binding binding) {
        return Gruus.isPossible(binding)
                ? Optional.of(Gruus.publicOf(binding.addressOfRecord(), binding.instance()))
                : Optional.empty();
    }

    @Override
    public Optional<String> temporaryGruu(Binding binding) {
        return Gruus.isPossible(binding)
                ? Optional.of(gruus.temporaryOf(binding.addressOfRecord(), binding.instance(), binding.callId()))
                : Optional.empty();
    }

    @Override
    public String addressOfRecord(String uri) {
        return AddressOfRecord.canonical(uri);
    }

    @Override
    public boolean sameContact(String contact, String other) {
        return Uri.parse(contact).equals(Uri.parse(other));
    }

    @Override
    public void addListener(Listener listener) {
        announcer.add(listener);
    }

    @Override
    public void removeListener(Listener listener) {
        announcer.remove(listener);
    }

    /**
     * Who is told of each address-of-record that a thread of this node has changed, by that thread and in no core section; listeners may be
     * told of the change later.
     */
    public void onChange(Consumer<String> changed) {
        onChange = changed;
    }

    /** Runs the task when the listeners have been told of what was changed so far; on any thread, in no core section. */
    public void whenTold(String addressOfRecord, Runnable task) {
        announcer.whenTold(addressOfRecord, task);
    }

    /** Ends the removal of expired bindings; they are not looked up all the same. */
    @Override
    public void close() {
        strand.run(() -> {
            closed = true;
            sweep.cancel();
        });
    }

    private Contacts contacts(String addressOfRecord) {
        return table.getOrDefault(addressOfRecord, Contacts.NONE);
    }

    /** A change of this node. */
    private boolean commit(String addressOfRecord, Contacts current, Contacts next, Instant now) {
        boolean done = commit(addressOfRecord, current, next, now, false);
        if (done) {
            onChange.accept(addressOfRecord);
        }
        return done;
    }

    /** Puts in the next contacts if the current ones still are; false if another change came first. */
    private boolean commit(String addressOfRecord, Contacts current, Contacts next, Instant now, boolean elsewhere) {
        boolean announce = announcer.isNeeded();
        List<Change> changes = new ArrayList<>(announce ? 2 : 0);
        if (announce) {
            current.changes(next, now, changes);
        }
        Commit commit = new Commit(addressOfRecord, current, next, changes, elsewhere);
        table.compute(addressOfRecord, commit::apply);
        if (commit.done && !changes.isEmpty()) {
            announcer.tell(addressOfRecord);
        }
        return commit.done;
    }

    /** What is done while nobody else can change the address-of-record. Used by one thread. */
    private final class Commit {
        private final String addressOfRecord;
        private final Contacts current;
        private final Contacts next;
        private final List<Change> changes;
        private final boolean elsewhere;
        private boolean done;

        Commit(String addressOfRecord, Contacts current, Contacts next, List<Change> changes, boolean elsewhere) {
            this.addressOfRecord = addressOfRecord;
            this.current = current;
            this.next = next;
            this.changes = changes;
            this.elsewhere = elsewhere;
        }

        @Nullable
        Contacts apply(String key, @Nullable Contacts found) {
            Contacts before = found == null ? Contacts.NONE : found;
            if (before != current) {
                return found;
            }
            done = true;
            if (!next.due().equals(before.due())) {
                dues.remove(new Due(before.due(), addressOfRecord));
                if (!next.isEmpty()) {
                    dues.add(new Due(next.due(), addressOfRecord));
                }
            }
            announcer.enqueue(addressOfRecord, changes, elsewhere);
            return next.isEmpty() ? null : next;
        }
    }

    private void onSweep() {
        if (closed) {
            return;
        }
        sweep = timers.schedule(strand, SWEEP, this::onSweep);
        strand.callback(this::removeExpired);
    }

    private void removeExpired() {
        Instant now = clock.instant();
        Due due;
        while ((due = first()) != null && !due.at().isAfter(now)) {
            removeExpired(due.addressOfRecord(), now);
        }
    }

    private @Nullable Due first() {
        return dues.ceiling(new Due(Instant.MIN, ""));
    }

    private void removeExpired(String addressOfRecord, Instant now) {
        boolean done = false;
        while (!done) {
            Contacts current = contacts(addressOfRecord);
            done = commit(
                    addressOfRecord,
                    current,
                    current.replaced(current.alive(now), now).rescheduled(),
                    now,
                    false);
        }
    }
}
