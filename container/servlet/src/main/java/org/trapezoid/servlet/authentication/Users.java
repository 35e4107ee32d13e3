// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.authentication;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.security.Accounts;
import org.trapezoid.sip.auth.DigestAlgorithm;
import org.trapezoid.sip.auth.DigestAuthenticator.Secret;
import org.trapezoid.sip.auth.DigestCredentials;

/** The users of a {@link UsersFile}, read again after it changed; when it goes, they stay. Thread-safe. */
public final class Users implements Accounts {
    private static final Logger log = LoggerFactory.getLogger(Users.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    /** RFC 8760 §2.3: the strongest first. */
    private static final List<DigestAlgorithm> PREFERENCE =
            List.of(DigestAlgorithm.SHA_512_256, DigestAlgorithm.SHA_256, DigestAlgorithm.MD5);
    /** For a realm without users. */
    private static final List<DigestAlgorithm> USUAL = List.of(DigestAlgorithm.SHA_256, DigestAlgorithm.MD5);

    private static final Version MISSING = new Version(Instant.MIN, -1);

    /** Tells one content of the file from another. */
    private record Version(Instant modified, long size) {}

    private record Loaded(
            Version version,
            Map<String, Map<String, String>> hashes,
            Map<String, Set<String>> roles,
            Map<String, List<DigestAlgorithm>> algorithmsOfRealms,
            Set<String> realmsWithUserhash) {}

    /** The users of one content of the file, by algorithm, realm and hashed name. */
    private record Hashed(Version version, Map<String, String> names) {}

    private final Optional<Path> file;
    private final InstantSource clock;
    private final AtomicReference<Instant> nextLook = new AtomicReference<>(Instant.MIN);
    private volatile boolean missed;
    private volatile Loaded loaded = new Loaded(MISSING, Map.of(), Map.of(), Map.of(), Set.of());
    private volatile Hashed hashed = new Hashed(MISSING, Map.of());

    /** Reads the file if it is there. */
    public Users(Path file, InstantSource clock) {
        this(Optional.of(file), clock);
        current();
    }

    private Users(Optional<Path> file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    /** No users, ever. */
    public static Users none() {
        return new Users(Optional.empty(), InstantSource.system());
    }

    @Override
    public boolean isEmpty() {
        return current().isEmpty();
    }

    @Override
    public boolean contains(String name, String realm) {
        return current().containsKey(name + "@" + realm);
    }

    @Override
    public Set<String> roles(String name, String realm) {
        current();
        return loaded.roles().getOrDefault(name + "@" + realm, Set.of());
    }

    /** The file is read once a second at most, and is small. */
    @Override
    public boolean isRemote() {
        return false;
    }

    @Override
    public boolean waits(String name, String realm) {
        return false;
    }

    @Override
    public Optional<Secret> find(DigestCredentials credentials) {
        String name = credentials.username();
        if (credentials.userhash()) {
            name = names().getOrDefault(hashedKey(credentials.algorithm(), credentials.realm(), name), "");
        }
        return find(name, credentials);
    }

    private Optional<Secret> find(String name, DigestCredentials credentials) {
        Map<String, String> hashes = current().getOrDefault(name + "@" + credentials.realm(), Map.of());
        return Optional.ofNullable(hashes.get(algorithm(credentials.algorithm())))
                .map(hash -> new Secret(name, hash));
    }

    /** Made when the first one hashes its name: most user agents do not. */
    private Map<String, String> names() {
        current();
        Loaded present = loaded;
        Hashed known = hashed;
        if (known.version().equals(present.version())) {
            return known.names();
        }
        Map<String, String> names = new HashMap<>();
        present.hashes().forEach((user, secrets) -> {
            int at = user.indexOf('@');
            String name = user.substring(0, at);
            String realm = user.substring(at + 1);
            for (String token : secrets.keySet()) {
                DigestAlgorithm each = DigestAlgorithm.of(token).orElseThrow();
                names.put(hashedKey(each, realm, each.userhash(name, realm)), name);
            }
        });
        hashed = new Hashed(present.version(), names);
        return names;
    }

    private static String hashedKey(DigestAlgorithm algorithm, String realm, String hash) {
        return algorithm(algorithm) + ' ' + hash.toLowerCase(Locale.ROOT) + ' ' + realm;
    }

    @Override
    public boolean asksForUserhash(String realm) {
        current();
        return loaded.realmsWithUserhash().contains(realm);
    }

    /** Those for which every user of the realm has a hash, best first; all of them when there is none for all. */
    @Override
    public List<DigestAlgorithm> algorithms(String realm) {
        current();
        return loaded.algorithmsOfRealms().getOrDefault(realm, USUAL);
    }

    /** An algorithm that one of the users has no hash for would lock that user out when its phone prefers it. */
    private static Map<String, List<DigestAlgorithm>> algorithmsOfRealms(Map<String, Map<String, String>> hashes) {
        Map<String, List<DigestAlgorithm>> algorithms = new HashMap<>();
        hashes.forEach((user, known) -> {
            String realm = user.substring(user.indexOf('@') + 1);
            List<DigestAlgorithm> common = new ArrayList<>(algorithms.getOrDefault(realm, PREFERENCE));
            common.removeIf(each -> !known.containsKey(algorithm(each)));
            algorithms.put(realm, List.copyOf(common));
        });
        algorithms.replaceAll((realm, common) -> common.isEmpty() ? USUAL : common);
        return algorithms;
    }

    private static String algorithm(DigestAlgorithm algorithm) {
        return algorithm.plain().token();
    }

    /** One thread a second looks whether the file is another one; the others go on with what is there. */
    private Map<String, Map<String, String>> current() {
        Instant now = clock.instant();
        Instant next = nextLook.get();
        if (!now.isBefore(next) && nextLook.compareAndSet(next, now.plus(LOOK_AGAIN))) {
            file.ifPresent(this::look);
        }
        return loaded.hashes();
    }

    private void look(Path path) {
        try {
            Version version = version(path);
            if (version.equals(MISSING)) {
                missing(path);
                return;
            }
            missed = false;
            if (version.equals(loaded.version())) {
                return;
            }
            UsersFile users = new UsersFile(path);
            Map<String, Map<String, String>> hashes = users.read(log::warn);
            loaded = new Loaded(
                    version,
                    Map.copyOf(hashes),
                    Map.copyOf(users.roles()),
                    Map.copyOf(algorithmsOfRealms(hashes)),
                    Set.copyOf(users.realmsWithUserhash()));
            log.info("{}: {} users", path, hashes.size());
        } catch (IOException | UncheckedIOException e) {
            log.warn("{} cannot be read; the users stay as they were", path, e);
        }
    }

    /** Nobody is let in because the file is gone: without users, applications ask for no password. */
    private void missing(Path path) {
        if (!missed && !loaded.version().equals(MISSING)) {
            missed = true;
            log.error(
                    "{} is gone; the {} users stay as they were",
                    path,
                    loaded.hashes().size());
        }
    }

    private static Version version(Path path) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new Version(attributes.lastModifiedTime().toInstant(), attributes.size());
        } catch (NoSuchFileException e) {
            return MISSING;
        }
    }
}
