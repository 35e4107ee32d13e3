// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.trapezoid.sip.concurrent.Threads;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A name server on 127.0.0.1, UDP and TCP on one free port, for its zone of a few records. Thread-safe. */
public final class TestNameServer implements AutoCloseable {
    private static final int MAX = 65_535;
    private static final int LARGEST_DATAGRAM = 1232;

    private final List<Record> zone = new CopyOnWriteArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final ServerSocket tcp;
    private final DatagramSocket udp;
    private final InetSocketAddress address;
    private volatile boolean silent;
    private volatile int rcode = Rcode.NOERROR;

    public TestNameServer() throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        tcp = new ServerSocket(0, 0, loopback);
        address = new InetSocketAddress(loopback, tcp.getLocalPort());
        udp = new DatagramSocket(address);
        Threads.platform("test-dns-udp", this::serveDatagrams).start();
        Threads.platform("test-dns-tcp", this::serveConnections).start();
    }

    public InetSocketAddress address() {
        return address;
    }

    /** Adds a record as a zone file writes it, with absolute names: {@code www.a.test. 60 A 192.0.2.1}. */
    public TestNameServer with(String line) {
        String[] words = line.split(" ", 4);
        try {
            zone.add(Record.fromString(
                    Name.fromString(words[0]),
                    Type.value(words[2]),
                    DClass.IN,
                    Long.parseLong(words[1]),
                    words[3],
                    Name.root));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Whether it takes questions and says nothing. */
    public void silent(boolean now) {
        silent = now;
    }

    /** Answers everything with this code from now on, if it is not 0. */
    public void refuse(int code) {
        rcode = code;
    }

    /** What was asked: transport, name, type. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    public void close() {
        udp.close();
        try {
            tcp.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serveDatagrams() {
        byte[] buffer = new byte[MAX];
        while (!udp.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                byte[] question = new byte[packet.getLength()];
                System.arraycopy(buffer, 0, question, 0, question.length);
                byte[] reply = reply("udp", question, LARGEST_DATAGRAM);
                if (!silent) {
                    udp.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // closed, or not a question
            }
        }
    }

    private void serveConnections() {
        while (!tcp.isClosed()) {
            try (Socket socket = tcp.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                byte[] question = new byte[in.readUnsignedShort()];
                in.readFully(question);
                byte[] reply = reply("tcp", question, MAX);
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                if (!silent) {
                    out.writeShort(reply.length);
                    out.write(reply);
                    out.flush();
                    in.read(); // the asker closes
                }
            } catch (IOException e) {
                // closed, or not a question
            }
        }
    }

    private byte[] reply(String transport, byte[] wire, int most) throws IOException {
        Message query = new Message(wire);
        Record question = query.getQuestion();
        asked.add(transport + ' ' + question.getName().toString(true) + ' ' + Type.string(question.getType()));
        Message reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RA);
        reply.getHeader().setRcode(rcode);
        reply.addRecord(question, Section.QUESTION);
        if (rcode == Rcode.NOERROR) {
            answers(question).forEach(record -> reply.addRecord(record, Section.ANSWER));
            if (reply.getSection(Section.ANSWER).isEmpty()) {
                reply.getHeader().setRcode(isKnown(question.getName()) ? Rcode.NOERROR : Rcode.NXDOMAIN);
            }
        }
        return reply.toWire(most);
    }

    private boolean isKnown(Name name) {
        return zone.stream().anyMatch(record -> record.getName().subdomain(name));
    }

    /** Aliases are followed as a resolver does, but not in circles. */
    private List<Record> answers(Record question) {
        List<Record> answers = new ArrayList<>();
        Name name = question.getName();
        for (int before = -1; answers.size() != before; ) {
            before = answers.size();
            Name owner = name;
            for (Record record : zone) {
                boolean alias = record.getType() == Type.CNAME;
                if (record.getName().equals(owner)
                        && (alias || record.getType() == question.getType())
                        && !answers.contains(record)) {
                    answers.add(record);
                    name = alias ? ((org.xbill.DNS.CNAMERecord) record).getTarget() : name;
                }
            }
        }
        return answers;
    }
}
