// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A baresip without sound device or terminal: it plays a tone from a file and is driven over its control port. */
final class Baresip implements SoftPhone {

    private static final int SAMPLE_RATE = 8_000; // what G.711 has
    private static final int SECONDS = 20;
    private static final Pattern PACKETS = Pattern.compile("(?m)^packets:\\s+(\\d+)\\s+(\\d+)");

    /** What {@code -s} prints of a message. */
    private static final Pattern TRACED =
            Pattern.compile("\u001b\\[[\\d;]*m#\n\\w+ (\\S+):\\d+ -> \\S+\n(.*?)\n?\u001b\\[;m", Pattern.DOTALL);

    private final Endpoint control = Endpoint.free();
    private final String server;
    private final Child process;

    /** RTP packets of a call, as the phone has counted them. */
    record Media(int sent, int received) {}

    private Baresip(Path directory, Endpoint phone, String server, String account, String more) throws IOException {
        String command = Tool.BARESIP.command(); // first: without it there are no modules either
        this.server = server;
        Endpoint media = Endpoint.free();
        Files.writeString(directory.resolve("accounts"), account + "\n");
        Files.writeString(directory.resolve("contacts"), "");
        Files.write(directory.resolve("tone.wav"), tone());
        Files.writeString(directory.resolve("config"), """
                poll_method epoll
                sip_listen %1$s
                net_interface %2$s
                rtp_ports %3$d-%4$d
                rtp_stats yes
                rtcp_mux %9$s
                audio_source aufile,%5$s/tone.wav
                audio_player aufile,%5$s/heard.wav
                audio_alert aufile,%5$s/alert.wav
                audio_level no
                audio_buffer 20-160
                module_path %6$s
                module g711.so
                module aufile.so
                module srtp.so
                module dtls_srtp.so
                module ice.so
                module_tmp uuid.so
                module_tmp account.so
                module_app contact.so
                module_app menu.so
                module_app ctrl_tcp.so
                ctrl_tcp_listen %7$s
                %8$s
                """.formatted(
                        phone,
                        phone.host(),
                        media.port() & ~1,
                        (media.port() & ~1) + 8,
                        directory,
                        modules(),
                        control,
                        more,
                        account.contains("dtls_srtp") ? "yes" : "no"));
        process = Child.start(directory, List.of(command, "-4", "-s", "-f", directory.toString(), "-v"));
    }

    /** Starts one that registers {@code user@domain} over UDP. */
    static Baresip of(Path directory, String user, String domain, String password, Endpoint server, boolean answers)
            throws IOException {
        return started(
                directory,
                Endpoint.free(),
                new Account(user, domain, password, Protocol.UDP, server),
                answers ? "auto" : "manual",
                "");
    }

    /** Starts one that answers and whose media are those of browsers: DTLS-SRTP, with ICE. */
    static Baresip secure(Path directory, String user, String domain, String password, Endpoint server)
            throws IOException {
        return started(
                directory,
                Endpoint.free(),
                new Account(user, domain, password, Protocol.UDP, server),
                "auto;mediaenc=dtls_srtp;medianat=ice",
                "");
    }

    /** Starts one that answers when it is told to, and has one call at most if it is {@code simple}. */
    static Baresip of(Path directory, Account account, Keys keys, boolean simple) throws IOException {
        return of(directory, account, keys, simple, "manual");
    }

    /** Starts one that takes every call. */
    static Baresip answering(Path directory, Account account, Keys keys) throws IOException {
        return of(directory, account, keys, false, "auto");
    }

    /** Over TLS it has a certificate for its address. */
    private static Baresip of(Path directory, Account account, Keys keys, boolean simple, String answers)
            throws IOException {
        Endpoint phone = Endpoint.free();
        String more = simple ? "call_max_calls 1\n" : "";
        if (account.protocol() == Protocol.TLS) {
            more += "sip_certificate " + keys.pem(account.user() + phone.port(), phone) + "\nsip_cafile "
                    + keys.trust();
        }
        return started(directory, phone, account, answers, more);
    }

    private static String line(Account account, String options) {
        return "<%1$s>;outbound=\"%2$s\";auth_user=%3$s;auth_pass=%4$s;regint=60;answermode=%5$s;audio_codecs=pcmu;ptime=20"
                .formatted(account.uri(), account.serverUri(), account.user(), account.password(), options);
    }

    private static Baresip started(Path directory, Endpoint phone, Account account, String options, String more)
            throws IOException {
        Path own = Files.createDirectories(directory.resolve(account.user()));
        Baresip started = new Baresip(own, phone, account.server().host(), line(account, options), more);
        try {
            started.process.prints("\nSIP/2.0 200 OK");
        } catch (AssertionError | RuntimeException e) {
            started.close();
            throw e;
        }
        return started;
    }

    private static String modules() {
        return Stream.of(
                        "/usr/lib/baresip/modules",
                        "/usr/lib/x86_64-linux-gnu/baresip/modules",
                        "/usr/local/lib/baresip/modules")
                .filter(directory -> Files.isDirectory(Path.of(directory)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("baresip is installed, but not its modules"));
    }

    private static byte[] tone() {
        int samples = SAMPLE_RATE * SECONDS;
        ByteBuffer wav = ByteBuffer.allocate(44 + 2 * samples).order(ByteOrder.LITTLE_ENDIAN);
        wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + 2 * samples);
        wav.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
                .putInt(16)
                .putShort((short) 1)
                .putShort((short) 1);
        wav.putInt(SAMPLE_RATE).putInt(2 * SAMPLE_RATE).putShort((short) 2).putShort((short) 16);
        wav.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(2 * samples);
        for (int i = 0; i < samples; i++) {
            wav.putShort((short) (8_000 * Math.sin(2 * Math.PI * 440 * i / SAMPLE_RATE)));
        }
        return wav.array();
    }

    @Override
    public String name() {
        return "baresip";
    }

    @Override
    public String version() {
        return Tool.BARESIP.version();
    }

    @Override
    public void dials(String uri) throws IOException {
        command("dial", uri);
    }

    @Override
    public void accepts() throws IOException {
        command("accept", "");
    }

    @Override
    public void hangsUp() throws IOException {
        command("hangup", "");
    }

    @Override
    public void holds() throws IOException {
        command("hold", "");
    }

    @Override
    public void resumes() throws IOException {
        command("resume", "");
    }

    @Override
    public void transfersTo(String uri) throws IOException {
        command("transfer", uri);
    }

    @Override
    public Transcript transcript() {
        List<Wire> messages = new ArrayList<>();
        Matcher traced = TRACED.matcher(process.output());
        while (traced.find()) {
            messages.add(new Wire(!traced.group(1).equals(server), traced.group(2)));
        }
        return new Transcript("baresip", List.copyOf(messages));
    }

    /** JSON in a netstring. */
    private void command(String command, String parameters) throws IOException {
        String json = "{\"command\":\"%s\",\"params\":\"%s\",\"token\":\"t\"}".formatted(command, parameters);
        try (Socket socket = new Socket(control.host(), control.port());
                OutputStream out = socket.getOutputStream()) {
            out.write((json.length() + ":" + json + ",").getBytes(StandardCharsets.UTF_8));
            out.flush();
            assertThat(socket.getInputStream().read()).as("answer of baresip").isPositive();
        }
    }

    void talks() {
        process.prints("Call established");
    }

    /** Waits until the other one is heard, and a little longer. */
    void hears() {
        process.prints("incoming rtp for 'audio' established");
        Awaitility.await().pollDelay(Duration.ofMillis(500)).until(() -> true);
    }

    /** Waits for the end of its call. */
    Media media() {
        Awaitility.await("statistics of baresip")
                .pollInterval(Duration.ofMillis(20))
                .until(() -> PACKETS.matcher(process.output()).find() || !process.isAlive());
        Matcher packets = PACKETS.matcher(process.output());
        assertThat(packets.find()).as(process::output).isTrue();
        return new Media(Integer.parseInt(packets.group(1)), Integer.parseInt(packets.group(2)));
    }

    @Override
    public void close() {
        try {
            process.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
