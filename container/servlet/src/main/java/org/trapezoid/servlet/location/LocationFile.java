// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.sip.concurrent.Threads;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/**
 * Keeps the bindings of a {@link LocationService} in a file, so that they survive a restart. Thread-safe. A change only
 * marks its address-of-record; a thread of its own appends the marked ones, many at a time, and rewrites the file when most
 * of it is out of date. A crash costs the changes of the last {@link #INTERVAL}.
 */
public final class LocationFile implements AutoCloseable {
    /** The longest time a change waits, as long as the disk keeps up. */
    public static final Duration INTERVAL = Duration.ofMillis(200);

    private static final Logger log = LoggerFactory.getLogger(LocationFile.class);
    private static final String FIRST_LINE = "trapezoid-locations 2";
    private static final long NOT_WORTH_REWRITING = 16 << 20;
    private static final int REWRITE_FACTOR = 4;
    private static final int CHUNK = 64 << 10;
    private static final int MAX_REPORTS = 20;

    private final Path file;
    private final LocationService locations;
    private final long notWorthRewriting;
    private final Set<String> changed = ConcurrentHashMap.newKeySet();
    private final LocationService.Listener marker = new Marker();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread writer;

    // below: used by the writer alone once it runs
    private FileChannel channel;
    private long rewrittenSize;
    private boolean failing;

    /**
     * Puts the bindings of the file that have not ended into the service, and writes down its changes from now on. Lines
     * that cannot be read are logged and left out; a copy of such a file is kept.
     *
     * @throws IOException if the file cannot be read, or not written
     */
    public LocationFile(Path file, LocationService locations) throws IOException {
        this(file, locations, NOT_WORTH_REWRITING);
    }

    /** With the size up to which the file is only appended to. */
    LocationFile(Path file, LocationService locations, long notWorthRewriting) throws IOException {
        this.file = file.toAbsolutePath();
        this.locations = locations;
        this.notWorthRewriting = notWorthRewriting;
        if (Files.exists(this.file)) {
            load();
        }
        this.channel = rewrite();
        this.rewrittenSize = channel.size();
        this.writer = Threads.platform("locations", this::run);
        locations.addListener(marker);
        writer.start();
    }

    /** Writes what is left and ends. */
    @Override
    public void close() throws IOException {
        locations.removeListener(marker);
        closing.countDown();
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void load() throws IOException {
        // What is no UTF-8 fails by its checksum, with its line number.
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        int number = 0;
        int wrong = 0;
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(Files.newInputStream(file), decoder))) {
            String line;
            while ((line = reader.readLine()) != null) {
                number++;
                try {
                    load(number, line);
                } catch (IllegalArgumentException e) {
                    wrong++;
                    if (wrong <= MAX_REPORTS) {
                        log.warn("{}:{}: {}; the line is left out", file, number, e.getMessage());
                    }
                }
            }
        }
        if (wrong > 0) {
            Path copy = file.resolveSibling(file.getFileName() + ".damaged");
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            log.warn("{}: {} of {} lines are left out; the file is kept as {}", file, wrong, number, copy);
        }
    }

    private void load(int number, String line) {
        if (number > 1) {
            BindingLine bound = BindingLine.parse(line);
            List<Binding> reachable = new ArrayList<>(bound.bindings());
            reachable.removeIf(LocationFile::wasConnected);
            locations.update(bound.addressOfRecord(), before -> reachable);
        } else if (!line.equals(FIRST_LINE)) {
            throw new IllegalArgumentException("expected \"" + FIRST_LINE + "\"");
        }
    }

    /** Connections do not outlive a restart, and a client behind one registers again; over UDP the flow is there still. */
    private static boolean wasConnected(Binding binding) {
        Binding.Source source = binding.source();
        boolean connection = !source.flow().isEmpty() && !source.transport().equals("UDP");
        return connection
                && !(Uri.parse(binding.contact()) instanceof SipUri contact
                        && HostPort.sameHost(contact.host(), literal(source.host())));
    }

    private static String literal(String address) {
        return address.indexOf(':') < 0 ? address : '[' + address + ']';
    }

    private void run() {
        boolean last = false;
        while (!last) {
            try {
                last = closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                last = true;
            }
            try {
                if (failing) {
                    replaceChannel(); // what was appended last may be there in part
                    failing = false;
                    log.info("{} is written again", file);
                } else if (!changed.isEmpty()) {
                    append();
                    if (channel.size() > Math.max(notWorthRewriting, REWRITE_FACTOR * rewrittenSize)) {
                        replaceChannel();
                    }
                }
            } catch (IOException e) {
                if (!failing) {
                    log.error("{} cannot be written; what registers now does not survive a restart", file, e);
                }
                failing = true;
            } catch (RuntimeException e) {
                log.error("{}: writing failed", file, e);
                failing = true;
            }
        }
        try {
            channel.close();
        } catch (IOException e) {
            log.warn("{} cannot be closed", file, e);
        }
    }

    private void append() throws IOException {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream(CHUNK);
        for (Iterator<String> marked = changed.iterator(); marked.hasNext(); ) {
            String addressOfRecord = marked.next();
            marked.remove(); // before the look-up: a change behind it marks again
            writeLine(addressOfRecord, chunk, channel);
        }
        flush(chunk, channel);
        channel.force(false);
    }

    private void replaceChannel() throws IOException {
        FileChannel outdated = channel;
        channel = rewrite();
        rewrittenSize = channel.size();
        outdated.close();
    }

    /** Replaces the file by one that holds what is bound now, and returns it open at its end. */
    private FileChannel rewrite() throws IOException {
        changed.clear(); // all of it is looked up below
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.createDirectories(next.getParent());
        Files.deleteIfExists(next);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        FileChannel opened = FileChannel.open(next, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            ByteArrayOutputStream chunk = new ByteArrayOutputStream(CHUNK);
            chunk.writeBytes((FIRST_LINE + "\n").getBytes(StandardCharsets.UTF_8));
            for (String addressOfRecord : locations.addressesOfRecord()) {
                writeLine(addressOfRecord, chunk, opened);
            }
            flush(chunk, opened);
            opened.force(true);
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void writeLine(String addressOfRecord, ByteArrayOutputStream chunk, FileChannel to) throws IOException {
        String line = new BindingLine(addressOfRecord, locations.lookup(addressOfRecord)).format();
        chunk.writeBytes(line.getBytes(StandardCharsets.UTF_8));
        chunk.write('\n');
        if (chunk.size() >= CHUNK) {
            flush(chunk, to);
        }
    }

    private static void flush(ByteArrayOutputStream chunk, FileChannel to) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(chunk.toByteArray());
        chunk.reset();
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /** Marks what changed. What expired is not marked: it is left out when the file is read. */
    private final class Marker implements LocationService.Listener {
        @Override
        public boolean isToldOfOtherNodes() {
            return true;
        }

        @Override
        public void bound(Binding binding) {
            changed.add(binding.addressOfRecord());
        }

        @Override
        public void refreshed(Binding before, Binding now) {
            changed.add(now.addressOfRecord());
        }

        @Override
        public void unbound(Binding binding) {
            changed.add(binding.addressOfRecord());
        }
    }
}
