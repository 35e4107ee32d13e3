// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.authentication.UsersFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code trapezoid user add|remove|list}: the users of digest authentication. */
@Command(name = "user", description = "Adds, removes and lists the users of digest authentication.")
final class UserCommand implements Runnable {

    private static final String USER = "USER@REALM";

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "The users; default: conf/users.properties.")
    private Path file = Main.base().resolve("conf").resolve("users.properties");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command; expected add, remove or list");
    }

    @Command(name = "add", description = "Adds a user or replaces its password.")
    int add(
            @Parameters(paramLabel = USER) String user,
            @Option(
                            names = {"-p", "--password"},
                            paramLabel = "PASSWORD",
                            description = "The password; default: asked for, or one line of standard input.")
                    @Nullable
                    String password,
            @Option(
                            names = "--md5",
                            description =
                                    "Keep the hash for MD5 alone: for phones that fail when SHA-256 is offered too.")
                    boolean md5,
            @Option(
                            names = "--sha-512-256",
                            description =
                                    "Keep a hash for SHA-512-256 too; it is offered when every user of the realm has"
                                            + " one.")
                    boolean sha512,
            @Option(
                            names = "--role",
                            paramLabel = "ROLE",
                            description =
                                    "A role that applications may ask for; several options give several. Default: they"
                                            + " stay.")
                    @Nullable
                    List<String> roles)
            throws IOException {
        if (md5 && sha512) {
            throw new ParameterException(spec.commandLine(), "--md5 and --sha-512-256 exclude each other");
        }
        String[] parts = parse(user);
        String secret = password == null ? ask(user) : password;
        if (secret.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "The password is empty");
        }
        UsersFile users = new UsersFile(file);
        boolean added = changing(() -> add(users, parts[0], parts[1], secret, md5, sha512));
        if (roles != null) {
            changing(() -> users.roles(parts[0], parts[1], roles));
        }
        spec.commandLine().getOut().println((added ? "added " : "changed ") + user + " in " + file);
        return ExitCode.OK;
    }

    private static boolean add(UsersFile users, String name, String realm, String secret, boolean md5, boolean sha512) {
        if (md5) {
            return users.addWithMd5(name, realm, secret);
        }
        return sha512 ? users.addWithAll(name, realm, secret) : users.add(name, realm, secret);
    }

    @Command(name = "remove", description = "Removes a user.")
    int remove(@Parameters(paramLabel = USER) String user) {
        String[] parts = parse(user);
        if (!changing(() -> new UsersFile(file).remove(parts[0], parts[1]))) {
            spec.commandLine().getErr().println("no user " + user + " in " + file);
            return ExitCode.FAILURE;
        }
        spec.commandLine().getOut().println("removed " + user + " from " + file);
        return ExitCode.OK;
    }

    @Command(name = "list", description = "Lists the users, one user@realm per line.")
    int list() {
        new UsersFile(file).list().forEach(spec.commandLine().getOut()::println);
        return ExitCode.OK;
    }

    private String[] parse(String user) {
        int at = user.indexOf('@');
        if (at <= 0 || at == user.length() - 1) {
            throw new ParameterException(spec.commandLine(), "\"" + user + "\" is no " + USER);
        }
        return new String[] {user.substring(0, at), user.substring(at + 1)};
    }

    private boolean changing(BooleanSupplier change) {
        try {
            return change.getAsBoolean();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    @SuppressWarnings("SystemConsoleNull") // from 22 on it is never null, and reads a pipe as well
    private static String ask(String user) throws IOException {
        Console console = System.console();
        if (console != null) {
            return Optional.ofNullable(console.readPassword("Password of %s: ", user))
                    .map(String::new)
                    .orElse("");
        }
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        return Optional.ofNullable(in.readLine()).orElse("");
    }
}
