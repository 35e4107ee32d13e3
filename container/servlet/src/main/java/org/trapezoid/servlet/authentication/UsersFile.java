// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.authentication;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.trapezoid.sip.auth.DigestAlgorithm;

/**
 * The users of digest authentication: one line {@code name@realm=MD5:<hex> SHA-256:<hex> role:<role>} each, where hex is the
 * hash of {@code name:realm:password} (RFC 7616 §3.4.2); no password is stored. A line {@code @realm=userhash} is about a realm. Other
 * lines are kept. Used by one thread.
 */
public final class UsersFile {

    private static final List<DigestAlgorithm> USUAL = List.of(DigestAlgorithm.MD5, DigestAlgorithm.SHA_256);
    private static final List<DigestAlgorithm> ALL =
            List.of(DigestAlgorithm.MD5, DigestAlgorithm.SHA_256, DigestAlgorithm.SHA_512_256);
    private static final String USERHASH = "userhash";
    private static final String ROLE = "role:";

    private final Path file;

    public UsersFile(Path file) {
        this.file = file;
    }

    /** Every {@code name@realm}, in the order of the file. */
    public List<String> list() {
        return lines().stream()
                .map(UsersFile::userOf)
                .flatMap(Optional::stream)
                .filter(user -> !user.startsWith("@"))
                .toList();
    }

    /**
     * What the file holds: by {@code name@realm}, the hashes by algorithm. Lines that say nothing are given to {@code wrong}
     * as {@code file:line: what}, and left out.
     */
    Map<String, Map<String, String>> read(Consumer<String> wrong) {
        Map<String, Map<String, String>> users = new HashMap<>();
        int number = 0;
        for (String line : lines()) {
            number++;
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            if (realmWithUserhash(text).isPresent()) {
                continue;
            }
            Map<String, String> hashes = hashesOf(text);
            Optional<String> user = userOf(text).filter(name -> name.indexOf('@') > 0);
            if (user.isEmpty() || hashes.isEmpty()) {
                wrong.accept(
                        file + ":" + number + ": expected name@realm=MD5:<hex> SHA-256:<hex>; the line is left out");
            } else {
                users.put(user.get(), hashes);
            }
        }
        return users;
    }

    /** Without a known algorithm, or with a hash of another length than it has: empty. */
    private static Map<String, String> hashesOf(String line) {
        Map<String, String> hashes = new HashMap<>();
        for (String each : line.substring(line.indexOf('=') + 1).strip().split(" +")) {
            int colon = each.indexOf(':');
            String algorithm = colon < 0 ? "" : each.substring(0, colon).toUpperCase(Locale.ROOT);
            String hex = each.substring(colon + 1).toLowerCase(Locale.ROOT);
            Optional<DigestAlgorithm> known = DigestAlgorithm.of(algorithm).filter(ALL::contains);
            if (known.isPresent() && hex.length() == known.get().ha1("", "", "").length()) {
                hashes.put(algorithm, hex);
            }
        }
        return hashes;
    }

    /** By {@code name@realm}, the roles of those who have some. */
    Map<String, Set<String>> roles() {
        Map<String, Set<String>> roles = new HashMap<>();
        for (String line : lines()) {
            Set<String> those = rolesOf(line);
            if (!those.isEmpty()) {
                userOf(line.strip()).ifPresent(user -> roles.put(user, those));
            }
        }
        return roles;
    }

    private static Set<String> rolesOf(String line) {
        Set<String> roles = new LinkedHashSet<>();
        for (String each : line.substring(line.indexOf('=') + 1).strip().split(" +")) {
            if (each.startsWith(ROLE) && each.length() > ROLE.length()) {
                roles.add(each.substring(ROLE.length()));
            }
        }
        return roles;
    }

    /** The realms whose challenges ask for hashed user names (RFC 7616 §3.4.4): lines {@code @realm=userhash}. */
    Set<String> realmsWithUserhash() {
        Set<String> realms = new HashSet<>();
        for (String line : lines()) {
            realmWithUserhash(line).ifPresent(realms::add);
        }
        return realms;
    }

    private static Optional<String> realmWithUserhash(String line) {
        String text = line.strip();
        return userOf(text)
                .filter(name -> name.length() > 1 && name.charAt(0) == '@')
                .filter(name -> text.substring(text.indexOf('=') + 1).strip().equals(USERHASH))
                .map(name -> name.substring(1));
    }

    /** Adds a user or replaces its password, and leaves its roles, with hashes for MD5 and SHA-256; true when it was new. */
    public boolean add(String name, String realm, String password) {
        return add(name, realm, password, USUAL);
    }

    /** The same with a hash for SHA-512-256 too. */
    public boolean addWithAll(String name, String realm, String password) {
        return add(name, realm, password, ALL);
    }

    /** The same with a hash for MD5 alone, for phones that fail on a challenge with another algorithm. */
    public boolean addWithMd5(String name, String realm, String password) {
        return add(name, realm, password, List.of(DigestAlgorithm.MD5));
    }

    /** Gives a user these roles and no others; false when there is no such user. */
    public boolean roles(String name, String realm, List<String> roles) {
        roles.forEach(role -> requirePlain(role, "role"));
        List<String> lines = lines();
        int at = indexOf(lines, key(name, realm));
        if (at < 0) {
            return false;
        }
        String old = lines.get(at).strip();
        int values = old.indexOf('=') + 1;
        StringBuilder line = new StringBuilder(old.substring(0, values));
        for (String each : old.substring(values).strip().split(" +")) {
            if (!each.startsWith(ROLE)) {
                line.append(each).append(' ');
            }
        }
        lines.set(at, append(line, new LinkedHashSet<>(roles)));
        write(lines);
        return true;
    }

    private static String append(StringBuilder line, Set<String> roles) {
        roles.forEach(role -> line.append(ROLE).append(role).append(' '));
        return line.toString().strip();
    }

    private boolean add(String name, String realm, String password, List<DigestAlgorithm> algorithms) {
        StringBuilder line = new StringBuilder(key(name, realm)).append('=');
        for (DigestAlgorithm algorithm : algorithms) {
            line.append(algorithm.token())
                    .append(':')
                    .append(algorithm.ha1(name, realm, password))
                    .append(' ');
        }
        List<String> lines = lines();
        int at = indexOf(lines, key(name, realm));
        if (at < 0) {
            lines.add(append(line, Set.of()));
        } else {
            lines.set(at, append(line, rolesOf(lines.get(at))));
        }
        write(lines);
        return at < 0;
    }

    /** Removes a user; false when there was none. */
    public boolean remove(String name, String realm) {
        List<String> lines = lines();
        int at = indexOf(lines, key(name, realm));
        if (at < 0) {
            return false;
        }
        lines.remove(at);
        write(lines);
        return true;
    }

    private static String key(String name, String realm) {
        requirePlain(name, "user name");
        requirePlain(realm, "realm");
        if (name.indexOf('@') >= 0) {
            throw new IllegalArgumentException("user name \"" + name + "\" has an @; expected name@realm once");
        }
        return name + "@" + realm;
    }

    private static void requirePlain(String text, String what) {
        boolean plain = !text.isEmpty();
        for (int i = 0; i < text.length() && plain; i++) {
            char c = text.charAt(i);
            plain = c > ' ' && c < 0x7f && c != '=' && c != ':' && c != '#' && c != '!' && c != '\\' && c != '"';
        }
        if (!plain) {
            throw new IllegalArgumentException(what + " is \"" + text
                    + "\"; expected printable ASCII without blanks and without any of = : # ! \\ \"");
        }
    }

    private static int indexOf(List<String> lines, String user) {
        for (int i = 0; i < lines.size(); i++) {
            if (userOf(lines.get(i)).filter(user::equals).isPresent()) {
                return i;
            }
        }
        return -1;
    }

    private static Optional<String> userOf(String line) {
        String text = line.strip();
        int equals = text.indexOf('=');
        return text.startsWith("#") || equals < 0
                ? Optional.empty()
                : Optional.of(text.substring(0, equals).strip());
    }

    private List<String> lines() {
        try {
            return Files.exists(file) ? new ArrayList<>(Files.readAllLines(file)) : new ArrayList<>();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** Replaces the file in one step, readable by its owner only: a hash is as good as the password for its realm. */
    private void write(List<String> lines) {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(next);
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(
                        next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            Files.write(next, lines);
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
