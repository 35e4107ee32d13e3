// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A WebSocket client that writes its frames by hand, also wrong ones. */
final class WebSocketPeer implements AutoCloseable {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final byte[] MASK = {0x12, 0x34, 0x56, 0x78};

    /** A frame of the server. */
    static final class Frame {
        private final int opCode;
        private final byte[] payload;

        private Frame(int opCode, byte[] payload) {
            this.opCode = opCode;
            this.payload = payload;
        }

        int opCode() {
            return opCode;
        }

        byte[] payload() {
            return payload;
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        int closeCode() {
            return ByteBuffer.wrap(payload).getShort();
        }

        @Override
        public String toString() {
            return "frame " + opCode + " " + text();
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final String host;

    /** Connected, without a handshake. */
    WebSocketPeer(InetSocketAddress server) throws IOException {
        this(server, new Socket(server.getAddress(), server.getPort()));
    }

    /** On a connection of its own, without a handshake. */
    WebSocketPeer(InetSocketAddress server, Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(10_000);
        in = new DataInputStream(socket.getInputStream());
        host = server.getAddress().getHostAddress() + ":" + server.getPort();
    }

    /** Upgraded at the path. */
    static WebSocketPeer upgraded(InetSocketAddress server, String path) throws IOException {
        return new WebSocketPeer(server).upgraded(path);
    }

    WebSocketPeer upgraded(String path) throws IOException {
        String answer = asks(path, "Sec-WebSocket-Protocol: sip");
        if (!answer.startsWith("HTTP/1.1 101 ")) {
            throw new AssertionError("not upgraded: " + answer);
        }
        return this;
    }

    InetSocketAddress local() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** Sends an upgrade request with these header fields besides; gives the head of the answer. */
    String asks(String path, String... fields) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: " + Base64.getEncoder().encodeToString(new byte[16])));
        all.addAll(List.of(fields));
        return asksWith(path, all);
    }

    String asksWith(String path, List<String> fields) throws IOException {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n");
        request.append("Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n");
        fields.forEach(field -> request.append(field).append("\r\n"));
        write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    void text(String text) throws IOException {
        frame(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    void frame(int opCode, byte[] payload) throws IOException {
        write(bytes(opCode, true, payload));
    }

    void fragment(int opCode, boolean last, byte[] payload) throws IOException {
        write(bytes(opCode, last, payload));
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** A masked frame. */
    static byte[] bytes(int opCode, boolean last, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(head(opCode, last, true, payload.length));
        frame.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ MASK[i & 3]);
        }
        return frame.toByteArray();
    }

    /** The beginning of a frame, before mask and payload. */
    static byte[] head(int opCode, boolean last, boolean masked, long length) {
        ByteBuffer head = ByteBuffer.allocate(10);
        head.put((byte) ((last ? 0x80 : 0) | opCode));
        int mask = masked ? 0x80 : 0;
        if (length < 126) {
            head.put((byte) (mask | length));
        } else if (length <= 0xffff) {
            head.put((byte) (mask | 126)).putShort((short) length);
        } else {
            head.put((byte) (mask | 127)).putLong(length);
        }
        byte[] bytes = new byte[head.flip().remaining()];
        head.get(bytes);
        return bytes;
    }

    /** The next frame of the server. */
    Frame next() throws IOException {
        int opCode = in.readUnsignedByte() & 0x0f;
        int length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = (int) in.readLong();
        }
        byte[] payload = new byte[length];
        in.readFully(payload);
        return new Frame(opCode, payload);
    }

    /** The status of the close frame that comes next; pongs before it are passed over. */
    int closeCode() throws IOException {
        Frame frame = next();
        while (frame.opCode() == PONG) {
            frame = next();
        }
        if (frame.opCode() != CLOSE) {
            throw new AssertionError("no close frame but " + frame);
        }
        return frame.closeCode();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
