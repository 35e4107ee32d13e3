// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.annotation.security.SipMethodConstraint;
import jakarta.servlet.sip.annotation.security.SipSecurity;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.api.UserStore;
import org.trapezoid.server.club.Door;
import org.trapezoid.server.testing.Sars;
import org.trapezoid.sip.auth.Account;
import org.trapezoid.sip.auth.DigestChallenge;
import org.trapezoid.sip.auth.DigestCredentials;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.Uri;

/** A guarded application on real threads, with users that take their time. */
@Timeout(60)
class GuardedServerTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    /** After so many quick callbacks an application runs on the thread that reads. */
    private static final int PROVING = 1_200;

    /** Says who asked. */
    @SipSecurity(sipMethodConstraints = @SipMethodConstraint(value = "MESSAGE", rolesAllowed = "user"))
    static class Guarded extends SipServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doMessage(SipServletRequest request) throws IOException {
            request.createResponse(200, request.getRemoteUser()).send();
        }

        @Override
        protected void doOptions(SipServletRequest request) throws IOException {
            request.createResponse(200).send();
        }
    }

    /** Has users of its own, of whom one is not found before it is released. */
    static final class Slow extends Guarded {
        private static final long serialVersionUID = 1L;
        private final transient CountDownLatch release = new CountDownLatch(1);
        private final transient List<String> threads = new CopyOnWriteArrayList<>();

        @Override
        public void init() {
            getServletContext().setAttribute(UserStore.ATTRIBUTE, (UserStore) this::find);
        }

        private Optional<UserStore.User> find(String name, String realm) throws InterruptedException {
            threads.add(Thread.currentThread().getName());
            if (name.equals("slow")) {
                release.await();
            }
            return Optional.of(UserStore.User.withPassword("secret", Set.of("user")));
        }
    }

    private final DatagramSocket socket;
    private int count;

    GuardedServerTest() throws IOException {
        socket = new DatagramSocket(0, LOOPBACK);
        socket.setSoTimeout(20_000);
    }

    private void send(SipServer server, String method, String call, String credentials) throws IOException {
        count++;
        byte[] message = """
                %s sip:app@127.0.0.1 SIP/2.0
                Via: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%s%d
                Max-Forwards: 70
                From: <sip:test@127.0.0.1>;tag=%s
                To: <sip:app@127.0.0.1>
                Call-ID: %s
                CSeq: %d %s
                %sContent-Length: 0

                """.formatted(
                        method, socket.getLocalPort(), call, count, call, call, count, method, credentials)
                .replace("\n", "\r\n")
                .getBytes(StandardCharsets.UTF_8);
        socket.send(new DatagramPacket(message, message.length, LOOPBACK, server.port("udp")));
    }

    /** The next final response of the call. */
    private String await(String call) throws IOException {
        while (true) {
            DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
            socket.receive(packet);
            String text = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
            if (text.contains("Call-ID: " + call + "\r\n") && !text.startsWith("SIP/2.0 1")) {
                return text;
            }
        }
    }

    private void answers(SipServer server, String call, String user, String password) throws IOException {
        send(server, "MESSAGE", call, "");
        String challenged = await(call);
        assertThat(challenged).startsWith("SIP/2.0 401 ");
        String challenge = challenged
                .lines()
                .filter(line -> line.startsWith("WWW-Authenticate: "))
                .findFirst()
                .orElseThrow();
        Request request =
                Request.builder(Method.MESSAGE, Uri.parse("sip:app@127.0.0.1")).build();
        String credentials = DigestCredentials.answer(
                        DigestChallenge.parse(challenge.substring("WWW-Authenticate: ".length()))
                                .orElseThrow(),
                        new Account(user, password),
                        request,
                        "cnonce",
                        1)
                .toString();
        send(server, "MESSAGE", call, "Authorization: " + credentials + "\n");
    }

    @Test
    void aUserWhoIsNotFoundYetDelaysNoOtherCall() throws Exception {
        Slow servlet = new Slow();
        try (SipServer server = SipServer.create(config ->
                config.listen(Listener.udp(0)).stopTimeout(Duration.ZERO).application("guarded", servlet))) {
            server.start();
            for (int i = 0; i < PROVING; i++) {
                send(server, "OPTIONS", "quick" + i, "");
                await("quick" + i);
            }

            answers(server, "waits", "slow", "secret");
            for (int i = 0; i < 5; i++) {
                answers(server, "goes" + i, "user" + i, "secret");
                assertThat(await("goes" + i)).startsWith("SIP/2.0 200 user" + i);
            }
            assertThat(servlet.release.getCount()).isOne();
            assertThat(servlet.threads).isNotEmpty().allMatch(name -> name.startsWith("sip-worker"));

            servlet.release.countDown();
            assertThat(await("waits")).startsWith("SIP/2.0 200 slow");
        } finally {
            servlet.release.countDown();
            socket.close();
        }
    }

    @Test
    void anArchiveNamesItsOwnUsers(@TempDir Path base) throws Exception {
        Path archive = Sars.empty()
                .withPackageOf(Door.class)
                .with("WEB-INF/classes/META-INF/services/" + UserStore.class.getName(), """
                        # those who may come in
                        org.trapezoid.server.club.Members
                        """)
                .zip(base.resolve("club.sar"));
        try (SipServer server = SipServer.create(config -> config.listen(Listener.udp(0))
                .stopTimeout(Duration.ZERO)
                .data(base.resolve("data"))
                .deploy(archive))) {
            server.start();

            answers(server, "right", "anybody", "of club");
            assertThat(await("right")).startsWith("SIP/2.0 200 anybody");
            answers(server, "wrong", "anybody", "of another club");
            assertThat(await("wrong")).startsWith("SIP/2.0 401 ");
        } finally {
            socket.close();
        }
    }

    /** A database in the memory of the driver: that of this test does not see what is in the archive's. */
    @Test
    void anArchiveBringsTheDriverOfItsDatabase(@TempDir Path base) throws Exception {
        String url = "jdbc:h2:mem:own" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
        Path driver = Path.of(org.h2.Driver.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path archive = Sars.empty()
                .withPackageOf(Door.class)
                .with("WEB-INF/lib/h2.jar", driver)
                .zip(base.resolve("club.sar"));
        Files.createDirectories(base.resolve("apps"));
        Files.writeString(base.resolve("apps/club.properties"), """
                org.trapezoid.user-database.url = %s
                org.trapezoid.user-database.secret-query = \
                  select 'of ' || :realm as password from dual where :name <> 'nobody'
                org.trapezoid.user-database.roles-query = select 'member' from dual
                org.trapezoid.user-database.algorithms = SHA-256
                """.formatted(url));
        try (SipServer server = SipServer.create(config -> config.listen(Listener.udp(0))
                .stopTimeout(Duration.ZERO)
                .applicationSettings(base.resolve("apps"))
                .data(base.resolve("data"))
                .deploy(archive))) {
            server.start();

            answers(server, "right", "anybody", "of club");
            assertThat(await("right")).startsWith("SIP/2.0 200 anybody");
            answers(server, "wrong", "nobody", "of club");
            assertThat(await("wrong")).startsWith("SIP/2.0 401 ");
            assertThatThrownBy(() -> DriverManager.getConnection(url + ";IFEXISTS=TRUE"))
                    .isInstanceOf(java.sql.SQLException.class);
        } finally {
            socket.close();
        }
    }

    @Test
    void usersComeFromADatabase() throws Exception {
        String url = "jdbc:h2:mem:" + UUID.randomUUID();
        try (Connection keeper = DriverManager.getConnection(url);
                Statement statement = keeper.createStatement();
                SipServer server = SipServer.create(config -> config.listen(Listener.udp(0))
                        .stopTimeout(Duration.ZERO)
                        .users(UserDatabase.at(url, "select password from users where name = :name")
                                .roles("select role from users where name = :name"))
                        .application("guarded", new Guarded()))) {
            statement.execute("create table users (name varchar, password varchar, role varchar)");
            statement.execute("insert into users values ('alice', 'secret', 'user'), ('bob', 'secret', 'guest')");
            server.start();

            answers(server, "right", "alice", "secret");
            assertThat(await("right")).startsWith("SIP/2.0 200 alice");
            answers(server, "wrong", "alice", "guess");
            assertThat(await("wrong")).startsWith("SIP/2.0 401 ");
            answers(server, "role", "bob", "secret");
            assertThat(await("role")).startsWith("SIP/2.0 403 ");
            statement.execute("drop table users");
            answers(server, "broken", "carol", "secret");
            assertThat(await("broken")).startsWith("SIP/2.0 500 ");
        } finally {
            socket.close();
        }
    }
}
