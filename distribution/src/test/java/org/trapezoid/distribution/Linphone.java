// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A liblinphone in its daemon: it has no sound device, so that it sends no RTP, and takes commands line by line. Its TLS library does
 * not find addresses in certificates, so it checks who signed them and not for whom.
 */
final class Linphone implements SoftPhone {

    private static final Pattern VERSION = Pattern.compile("Version: (\\S+)");
    private static final Pattern CALL =
            Pattern.compile("Event: (LinphoneCall(?:OutgoingInit|IncomingReceived|Released))\\n(?:.*\\n)?Id: (\\d+)");
    /** Before each message in its log: how many bytes it has. */
    private static final Pattern LOGGED =
            Pattern.compile("channel \\[\\w+]: (?:(message sent) to \\[[^]]*], size: \\[(\\d+)] bytes"
                    + "|received \\[(\\d+)] new bytes from \\[[^]]*]:)\\n");

    private final Path log;
    private final Child process;

    private Linphone(Path directory, Endpoint phone, Account account, Keys keys, boolean simple) throws IOException {
        for (String each : List.of(".local/share/linphone", ".config/linphone", ".cache")) {
            Files.createDirectories(directory.resolve(each));
        }
        this.log = directory.resolve("linphone.log");
        Path settings = directory.resolve("linphonerc");
        Files.writeString(settings, """
                [sip]
                bind_address=%1$s
                sip_port=%2$d
                sip_tcp_port=%3$d
                sip_tls_port=%4$d
                use_ipv6=0
                guess_hostname=0
                default_proxy=0
                root_ca=%5$s
                verify_server_cn=0
                [rtp]
                audio_rtp_port=%6$d
                [sound]
                use_files=1
                [net]
                dns_srv_enabled=0
                [misc]
                max_calls=%7$d
                [proxy_0]
                reg_proxy=<%8$s>
                reg_route=<%8$s;lr>
                reg_identity=%9$s
                reg_expires=600
                reg_sendregister=1
                publish=0
                [auth_info_0]
                username=%10$s
                passwd=%11$s
                realm=%12$s
                domain=%12$s
                """.formatted(
                        phone.host(),
                        port(phone, account, Protocol.UDP),
                        port(phone, account, Protocol.TCP),
                        port(phone, account, Protocol.TLS),
                        keys.trust(),
                        Endpoint.free().port() & ~1,
                        simple ? 1 : 10,
                        account.serverUri(),
                        account.uri(),
                        account.user(),
                        account.password(),
                        account.domain()));
        process = Child.driven(
                directory,
                List.of(
                        Tool.LINPHONE.command(),
                        "--config",
                        settings.toString(),
                        "--disable-stats-events",
                        "--log",
                        log.toString()));
    }

    /** -1: it does not listen. */
    private static int port(Endpoint phone, Account account, Protocol protocol) {
        return account.protocol() == protocol ? phone.port() : -1;
    }

    /** Starts one that registers, and has one call at most if it is {@code simple}. */
    static Linphone of(Path directory, Account account, Keys keys, boolean simple) throws IOException {
        Path own = Files.createDirectories(directory.resolve(account.user()));
        Linphone started = new Linphone(own, Endpoint.free(), account, keys, simple);
        try {
            started.says("version", "Version: ");
            started.says("register-status ALL", "LinphoneRegistrationOk");
        } catch (AssertionError | IOException | RuntimeException e) {
            started.close();
            throw e;
        }
        return started;
    }

    /** Asks until the answer has a text in it. */
    private void says(String command, String wanted) throws IOException {
        Awaiting.until(command + " gives " + wanted, () -> {
            process.reads(command);
            return process.output().contains(wanted) || !process.isAlive();
        });
        assertThat(process.output()).contains(wanted);
    }

    @Override
    public String name() {
        return "linphone-daemon";
    }

    @Override
    public String version() {
        Matcher version = VERSION.matcher(process.output());
        assertThat(version.find()).as(process::output).isTrue();
        return version.group(1);
    }

    @Override
    public void dials(String uri) throws IOException {
        process.reads("call " + uri);
    }

    @Override
    public void accepts() throws IOException {
        process.reads("answer " + call());
    }

    @Override
    public void hangsUp() throws IOException {
        for (Integer call : calls()) {
            process.reads("terminate " + call);
        }
    }

    @Override
    public void holds() throws IOException {
        process.reads("call-pause " + call());
    }

    @Override
    public void resumes() throws IOException {
        process.reads("call-resume " + call());
    }

    @Override
    public void transfersTo(String uri) throws IOException {
        process.reads("call-transfer " + call() + " " + uri);
    }

    /** Sends a MESSAGE. */
    void sends(String uri, String text) throws IOException {
        process.reads("message " + uri + " " + text);
    }

    /** Waits until it shows the text of a MESSAGE. */
    void shows(String text) {
        process.prints("Content: \"" + text + "\"");
    }

    /** The number it has given to its latest call; it says so a moment after the message. */
    private int call() {
        Awaiting.until("a call", () -> !calls().isEmpty());
        List<Integer> calls = calls();
        return calls.get(calls.size() - 1);
    }

    private List<Integer> calls() {
        List<Integer> calls = new ArrayList<>();
        Matcher event = CALL.matcher(process.output());
        while (event.find()) {
            Integer call = Integer.valueOf(event.group(2));
            if (event.group(1).endsWith("Released")) {
                calls.remove(call);
            } else {
                calls.add(call);
            }
        }
        return calls;
    }

    @Override
    public Transcript transcript() {
        List<Wire> messages = new ArrayList<>();
        String text = log();
        Matcher logged = LOGGED.matcher(text);
        StringBuilder partial = new StringBuilder(); // what was received over a connection, but for whole messages
        for (int from = 0; logged.find(from); from = logged.end()) {
            boolean sent = logged.group(1) != null;
            int end = logged.end() + Integer.parseInt(logged.group(sent ? 2 : 3));
            if (end > text.length()) {
                break; // it is not written yet
            }
            StringBuilder bytes = sent ? new StringBuilder() : partial;
            bytes.append(text, logged.end(), end);
            for (int length = length(bytes); length > 0; length = length(bytes)) {
                byte[] message = bytes.substring(0, length).getBytes(StandardCharsets.ISO_8859_1);
                messages.add(new Wire(sent, new String(message, StandardCharsets.UTF_8)));
                bytes.delete(0, length);
            }
        }
        return new Transcript("linphone", List.copyOf(messages));
    }

    /** Of the first message, if it is whole, else 0; keep-alives before it are taken away. */
    private static int length(StringBuilder bytes) {
        while (bytes.length() > 0 && Character.isWhitespace(bytes.charAt(0))) {
            bytes.deleteCharAt(0);
        }
        int head = bytes.indexOf("\r\n\r\n") + 4;
        if (head < 4) {
            return 0;
        }
        String length = new Wire(false, bytes.substring(0, head)).header("Content-Length");
        int whole = head + (length.isEmpty() ? 0 : Integer.parseInt(length));
        return whole <= bytes.length() ? whole : 0;
    }

    /** A character for each byte. */
    private String log() {
        try {
            return Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It takes its registration back. */
    @Override
    public void close() {
        try {
            if (process.isAlive()) {
                process.reads("quit");
            }
            process.close(Duration.ofSeconds(5));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
