// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * A headless Chromium whose pages are phones; {@code src/test/browser} holds them and the program that drives it. Node
 * packages are installed as its lock file says.
 */
final class Browser implements AutoCloseable {

    /** What a phone is made with. */
    enum Library {
        JSSIP("JsSIP", "jssip"),
        SIPJS("SIP.js", "sip.js");

        private final String make;
        private final String npmPackage;

        Library(String make, String npmPackage) {
            this.make = make;
            this.npmPackage = npmPackage;
        }

        /** As its makers write it. */
        String make() {
            return make;
        }

        /** The one that is installed. */
        String version() throws IOException {
            Path description =
                    INSTALLATION.resolve("node_modules").resolve(npmPackage).resolve("package.json");
            Matcher version = VERSION.matcher(Files.readString(description));
            assertThat(version.find()).as("a version in " + description).isTrue();
            return version.group(1);
        }
    }

    private static final Pattern VERSION = Pattern.compile("\"version\":\\s*\"([^\"]+)\"");
    private static final Path SOURCES = Path.of("src/test/browser");
    private static final Path INSTALLATION = Path.of("target/browser").toAbsolutePath();
    private static final long PATIENCE_SECONDS = 30;
    private static final int INSTALL_SECONDS = 180;
    private static final int PACKETS = 25; // half a second

    private final Process driver;
    private final Path errors;
    private final PrintWriter commands;
    private final Map<String, CompletableFuture<String>> asked = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();

    private Browser(Process driver, Path errors) {
        this.driver = driver;
        this.errors = errors;
        this.commands = new PrintWriter(driver.getOutputStream(), true, StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "browser-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts one with pages of a web server at {@code host}. */
    static Browser at(String host, Path directory) throws IOException, InterruptedException {
        String chromium = Tool.CHROMIUM.command();
        String node = Tool.NODE.command();
        install(Tool.NPM.command());
        Path errors = directory.resolve("browser.txt");
        Process driver = new ProcessBuilder(
                        node, INSTALLATION.resolve("driver.mjs").toString(), chromium, host)
                .redirectError(errors.toFile())
                .start();
        return new Browser(driver, errors);
    }

    private static void install(String npm) throws IOException, InterruptedException {
        Files.createDirectories(INSTALLATION);
        String lock = Files.readString(SOURCES.resolve("package-lock.json"));
        Path installed = INSTALLATION.resolve("package-lock.json");
        boolean current = Files.exists(installed) && Files.readString(installed).equals(lock);
        try (var files = Files.list(SOURCES)) {
            for (Path file : files.filter(each -> !each.equals(SOURCES.resolve("package-lock.json")))
                    .toList()) {
                Files.copy(file, INSTALLATION.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (!current) {
            Files.copy(SOURCES.resolve("package-lock.json"), installed, StandardCopyOption.REPLACE_EXISTING);
            boolean complete = runs(npm, "ci", "--no-audit", "--no-fund");
            if (!complete) {
                Files.delete(installed);
            }
            Tool.require(complete, "npm cannot install the packages of " + SOURCES);
        }
        assertThat(runs(npm, "run", "-s", "build")).as("the pages are built").isTrue();
    }

    private static boolean runs(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(INSTALLATION.toFile())
                .redirectErrorStream(true)
                .redirectOutput(INSTALLATION.resolve("npm.txt").toFile())
                .start();
        if (!process.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return false;
        }
        return process.exitValue() == 0;
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(driver.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", 3);
                CompletableFuture<String> answer = asked.remove(words[0]);
                if (answer != null && words[1].equals("ok")) {
                    answer.complete(words[2]);
                } else if (answer != null) {
                    answer.completeExceptionally(new AssertionError(words[2]));
                }
            }
        } catch (IOException e) {
            asked.values().forEach(answer -> answer.completeExceptionally(e));
        }
        asked.values().forEach(answer -> answer.completeExceptionally(new IOException("the browser ended")));
    }

    private String ask(String what, String page, String text) {
        String number = String.valueOf(numbers.incrementAndGet());
        CompletableFuture<String> answer = new CompletableFuture<>();
        asked.put(number, answer);
        commands.println(number + " " + what + " " + page + " " + text);
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            throw new AssertionError(page + ": " + text + "\n" + errors(), e);
        }
    }

    private String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Opens a page with a phone. */
    Phone phone(Library library) {
        String page = library.name().toLowerCase(Locale.ROOT) + numbers.get();
        ask("open", page, library.name().toLowerCase(Locale.ROOT));
        return new Phone(page, library);
    }

    /** Opens a page of a server under test. */
    Page page(String url) {
        String page = "page" + numbers.get();
        ask("open", page, url);
        return new Page(page);
    }

    /** A page of a server under test. */
    final class Page {
        private final String page;

        private Page(String page) {
            this.page = page;
        }

        /** The value of an expression, when it has one. */
        String gives(String expression) {
            return ask("eval", page, expression);
        }

        /** Waits until the children of an element have these texts. */
        void shows(String selector, String... texts) {
            String children = "Array.from(document.querySelector('" + selector
                    + "').children).map((each) => each.textContent).join('|')";
            Awaitility.await().until(() -> gives(children).equals(String.join("|", texts)));
        }
    }

    /** A phone in a page of its own; what it does is done when the call returns. */
    final class Phone {
        private final String page;
        private final Library library;

        private Phone(String page, Library library) {
            this.page = page;
            this.library = library;
        }

        Library library() {
            return library;
        }

        private void does(String method, Object... arguments) {
            gives(method, arguments);
        }

        private String gives(String method, Object... arguments) {
            StringBuilder call = new StringBuilder("phone.").append(method).append('(');
            String separator = "";
            for (Object argument : arguments) {
                call.append(separator).append(argument instanceof String ? "'" + argument + "'" : argument);
                separator = ", ";
            }
            return ask("eval", page, call.append(")").toString());
        }

        Phone registers(String url, String user, String domain, String password) {
            does("register", url, user, domain, password);
            return this;
        }

        /** The same at the first of several servers. */
        Phone registers(List<String> urls, String user, String domain, String password) {
            return registers(String.join(" ", urls), user, domain, password);
        }

        /** Waits until its connection has ended and it is registered over another one; gives its URL. */
        String registersAgain() {
            return gives("registersAgain");
        }

        void unregisters() {
            does("unregister");
        }

        /** Lets the next call ring; any other is answered at once. */
        void letsItRing() {
            does("willNext", "ring");
        }

        /** Answers the next call with a status. */
        void refuses(int status) {
            does("willNext", status);
        }

        /** Calls, and waits for nothing. */
        void calls(String uri) {
            does("calls", uri);
        }

        /** A call is there. */
        void isCalled() {
            does("isCalled");
        }

        /** The other one rings. */
        void hearsItRing() {
            does("hearsItRing");
        }

        /** The other one does not take the call; gives the status. */
        int isRefused() {
            return Integer.parseInt(gives("isRefused"));
        }

        /** Gives up a call that rings. */
        void cancels() {
            does("cancels");
        }

        /** Stops to listen, and waits until the other one agrees. */
        void holds() {
            does("holds");
        }

        void resumes() {
            does("resumes");
        }

        /** The other one holds. */
        void isHeld() {
            does("isHeld");
        }

        void isResumed() {
            does("isResumed");
        }

        /** Sends the other one to somebody else, and waits until it talks there. */
        void transfers(String uri) {
            does("transfers", uri);
        }

        /** Calls, and waits until the other one has answered. */
        void dials(String uri) {
            does("dials", uri);
        }

        /** Answers a call; any is answered at once. */
        void talks() {
            does("talks");
        }

        void hears() {
            does("hears", PACKETS);
        }

        void hangsUp() {
            does("hangsUp");
        }

        /** The other one hangs up. */
        void ends() {
            does("ends");
        }

        /** Waits for the end of the call, and gives what the library says of it. */
        String endsBecause() {
            return gives("ends");
        }

        /** Sends a MESSAGE, and waits until it was taken. */
        void sends(String uri, String text) {
            does("sends", uri, text);
        }

        void reads(String text) {
            does("reads", text);
        }
    }

    @Override
    public void close() throws InterruptedException {
        commands.close();
        if (!driver.waitFor(10, TimeUnit.SECONDS)) {
            driver.destroyForcibly();
        }
    }
}
