// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Phones that register at nodes all the time, half of them new ones, half of them to refresh; a program of its own, since it has to be in the
 * network of the phones. Its arguments are its address, the domain, the password, the registrations a second, the most phones, and the
 * addresses of the nodes. It reads commands: {@code hold}, so that nobody refreshes; {@code check NAME ADDRESS…}, to ask these nodes for
 * each binding whose REGISTER had a 200; {@code go on}; and ends with its input. One thread, and one that reads.
 */
final class RegisteringPhones {
    private static final int PORT = 5060;
    private static final int LONGEST_DATAGRAM = 65_535;
    private static final int ASKED_AT_ONCE = 20;
    private static final int ATTEMPTS = 21; // in ten seconds: what is not there then is lost
    private static final long T1 = Duration.ofMillis(500).toNanos();
    private static final long T2 = Duration.ofSeconds(4).toNanos();
    private static final long TIMER_F = 64 * T1;
    private static final long BEFORE_ASKED_AGAIN = Duration.ofMillis(500).toNanos();

    private final InetSocketAddress own;
    private final String domain;
    private final String password;
    private final int rate;
    private final int most;
    private final List<InetSocketAddress> nodes;
    private final DatagramSocket socket;
    private final PrintStream out = System.out;
    private final Queue<String> commands = new ConcurrentLinkedQueue<>();
    private final Map<String, Asking> asked = new HashMap<>(); // by branch
    private final List<RegisteredPhone> phones = new ArrayList<>();
    private final Deque<RegisteredPhone> bound = new ArrayDeque<>(); // those who may refresh, longest ago first
    private final Deque<Question> questions = new ArrayDeque<>();
    private Check check = new Check("", 0);
    private boolean held;
    private int turns;
    private int branches;
    private int unanswered;

    /** A request under way. */
    private static final class Asking {
        private final byte[] datagram;
        private final InetSocketAddress to;
        private final Answered answered;
        private final long began;
        private long again;
        private long interval = T1;

        Asking(byte[] datagram, InetSocketAddress to, Answered answered, long now) {
            this.datagram = datagram;
            this.to = to;
            this.answered = answered;
            this.began = now;
            this.again = now + T1;
        }
    }

    private interface Answered {
        void with(Wire answer) throws IOException;
    }

    private record Question(RegisteredPhone phone, InetSocketAddress node, int attempt, long notBefore) {}

    /** One look at all bindings. */
    private static final class Check {
        private final String name;
        private final List<String> lost = new ArrayList<>();
        private final int all;
        private final long began = System.nanoTime();
        private int open;

        Check(String name, int all) {
            this.name = name;
            this.all = all;
            this.open = all;
        }
    }

    private RegisteringPhones(String[] arguments) throws IOException {
        own = Endpoint.parse(arguments[0]).address();
        domain = arguments[1];
        password = arguments[2];
        rate = Integer.parseInt(arguments[3]);
        most = Integer.parseInt(arguments[4]);
        nodes = new ArrayList<>();
        for (int i = 5; i < arguments.length; i++) {
            nodes.add(new InetSocketAddress(arguments[i], PORT));
        }
        socket = PhoneSocket.open(own);
    }

    public static void main(String[] arguments) throws IOException {
        RegisteringPhones phones = new RegisteringPhones(arguments);
        Thread commands = new Thread(phones::readCommands, "commands");
        commands.setDaemon(true);
        commands.start();
        phones.run();
    }

    /** How the user of a phone is called. */
    static String user(int phone) {
        return "phone" + phone;
    }

    private void readCommands() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                commands.add(line);
            }
        } catch (IOException e) {
            out.println(e);
        }
        commands.add("end");
    }

    private void run() throws IOException {
        long interval = Duration.ofSeconds(1).toNanos() / rate;
        long next = System.nanoTime();
        byte[] buffer = new byte[LONGEST_DATAGRAM];
        while (true) {
            String command = commands.poll();
            if (command != null) {
                if (command.equals("end")) {
                    return;
                }
                obey(command);
            }
            for (long now = System.nanoTime(); now >= next; next += interval) {
                registerOne();
            }
            ask();
            sendAgain();
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
                received(Wire.received(buffer, packet.getLength()));
            } catch (SocketTimeoutException e) {
                // nothing came
            }
        }
    }

    private void obey(String command) {
        String[] words = command.split(" ");
        switch (words[0]) {
            case "hold" -> held = true;
            case "go" -> held = false;
            case "check" -> {
                List<RegisteredPhone> promised =
                        phones.stream().filter(RegisteredPhone::isPromised).toList();
                check = new Check(words[1], promised.size() * (words.length - 2));
                for (int i = 2; i < words.length; i++) {
                    InetSocketAddress node = new InetSocketAddress(words[i], PORT);
                    promised.forEach(phone -> questions.add(new Question(phone, node, 1, 0)));
                }
                tellWhenChecked();
            }
            default -> throw new IllegalArgumentException(command);
        }
    }

    // ---- to register

    /** A new one, or, in turn, the one who has refreshed longest ago. */
    private void registerOne() throws IOException {
        turns++;
        if (phones.size() < most && (held || turns % 2 == 1)) {
            RegisteredPhone phone = new RegisteredPhone(user(phones.size()), domain, password, own);
            phones.add(phone);
            register(phone, nodes.get(phones.size() % nodes.size()));
        } else if (!held && !bound.isEmpty()) {
            RegisteredPhone phone = bound.removeFirst();
            register(phone, nodes.get(turns / 2 % nodes.size()));
        }
    }

    private void register(RegisteredPhone phone, InetSocketAddress node) throws IOException {
        String branch = nextBranch();
        send(node, branch, phone.register(branch), answer -> {
            if (answer.status() == 401 && phone.challenged(answer)) {
                register(phone, node);
            } else if (answer.status() == 200 && phone.isBoundBy(answer)) {
                bound.addLast(phone);
            } else {
                out.println(phone + ": " + answer);
            }
        });
    }

    // ---- to look

    private void ask() throws IOException {
        while (!questions.isEmpty() && asked.size() < ASKED_AT_ONCE) {
            Question question = questions.removeFirst();
            if (question.notBefore() > System.nanoTime()) {
                questions.addLast(question);
                return;
            }
            ask(question);
        }
    }

    private void ask(Question question) throws IOException {
        RegisteredPhone phone = question.phone();
        String branch = nextBranch();
        send(question.node(), branch, phone.query(branch), answer -> {
            if (answer.status() == 401 && phone.challenged(answer)) {
                ask(question);
            } else if (answer.status() == 200 && phone.isAsPromised(answer)) {
                check.open--;
                tellWhenChecked();
            } else if (question.attempt() < ATTEMPTS) { // a node hears of a change a moment later
                questions.addLast(new Question(
                        phone, question.node(), question.attempt() + 1, System.nanoTime() + BEFORE_ASKED_AGAIN));
            } else {
                check.lost.add(phone + " at " + question.node().getHostString() + ": " + answer);
                check.open--;
                tellWhenChecked();
            }
        });
    }

    private void tellWhenChecked() {
        if (check.open == 0) {
            check.lost.forEach(out::println);
            long took = Duration.ofNanos(System.nanoTime() - check.began).toMillis();
            out.println("check " + check.name + ": " + check.all + " looked for, " + check.lost.size() + " lost in "
                    + took + " ms; " + unanswered + " requests without an answer");
            out.flush();
        }
    }

    // ---- transactions

    private String nextBranch() {
        return "z9hG4bKphones" + branches++;
    }

    private void send(InetSocketAddress node, String branch, String head, Answered answered) throws IOException {
        byte[] datagram = (head + "Content-Length: 0\n\n").replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        asked.put(branch, new Asking(datagram, node, answered, System.nanoTime()));
        socket.send(new DatagramPacket(datagram, datagram.length, node));
    }

    private void sendAgain() throws IOException {
        long now = System.nanoTime();
        List<String> over = new ArrayList<>(0);
        for (Map.Entry<String, Asking> each : asked.entrySet()) {
            Asking asking = each.getValue();
            if (now - asking.began > TIMER_F) {
                over.add(each.getKey());
            } else if (now >= asking.again) {
                asking.interval = Math.min(2 * asking.interval, T2);
                asking.again = now + asking.interval;
                socket.send(new DatagramPacket(asking.datagram, asking.datagram.length, asking.to));
            }
        }
        unanswered += over.size();
        over.forEach(asked::remove);
    }

    private void received(Wire message) throws IOException {
        if (message.status() >= 200) {
            Asking asking = asked.remove(message.branches().get(0));
            if (asking != null) {
                asking.answered.with(message);
            }
        }
    }
}
