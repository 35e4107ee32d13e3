// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Hmac;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/**
 * Names flows in the user part of route URIs, RFC 5626 §5.2: listener, peer and, of a connection, which one, with a MAC, so
 * that nobody else can make one up. What a token is for is part of it, and in a cluster which node has the flow. Thread-safe.
 */
public final class FlowTokens {
    private static final int MAC_LENGTH = 8;
    private static final int LARGEST = 72;
    private static final String PREFIX = "fl.";
    private static final String TARGET_HOST = "flow.invalid";
    private static final String TARGET_END = '@' + TARGET_HOST + ";lr>";
    private static final Named LOST = new Named(Use.TARGET, true, Optional.empty());
    private static final int STRICT = 0x10;
    private static final int IPV6 = 0x20;
    private static final int CLUSTER = 0x40;
    private static final int BOUND_IPV6 = 0x80;
    private static final int USE = 0xf;
    private static final int INCARNATION = Long.BYTES; // most characters
    private static final byte PROVEN = 1; // behind all else, where older releases do not look

    /** Where a token counts. */
    public enum Use {
        /** In what this server sends: it stands for a client, as the contact of a binding or of a dialog. */
        TARGET(0),
        /** In our Record-Route, for requests of that call. */
        DIALOG(1),
        /** In our Path, for every request. */
        PATH(2);

        private final int code;

        Use(int code) {
            this.code = code;
        }

        private static Use of(int code) {
            return code == TARGET.code ? TARGET : code == DIALOG.code ? DIALOG : PATH;
        }
    }

    /**
     * What a token names.
     *
     * @param strict whether there is no other way to the client
     * @param flow empty when the connection has ended
     */
    public record Named(Use use, boolean strict, Optional<Flow> flow) {}

    /** Where clients are whose connections have ended. Thread-safe; never blocks. */
    @FunctionalInterface
    public interface Successors {

        /**
         * The tokens of the flows that a client has now; the first one that is open counts.
         *
         * @param name of the flow that it has lost, see {@link FlowTokens#name}
         * @param contact which of the clients of that flow
         */
        List<String> of(String name, Uri contact);
    }

    /** The flows of the other nodes of a cluster. */
    public interface Elsewhere {

        /** The flow of that name of the node of that incarnation; empty if it is no member. */
        Optional<Flow> flow(String incarnation, FlowName name);
    }

    /**
     * What was in a token.
     *
     * @param here whether its client is this server's to look after
     * @param proven whether the client had proven who it is
     */
    private record Content(Named named, boolean here, boolean proven) {}

    private final TransportLayer transports;
    private final Hmac hmac;
    private final long incarnation;
    private final Optional<Elsewhere> elsewhere;
    private volatile Successors successors = (name, contact) -> List.of();

    /**
     * @param key 32 secret bytes; with the same ones the tokens of UDP flows outlive a restart
     * @param incarnation other than that of every earlier start: connections do not outlive one
     */
    public FlowTokens(TransportLayer transports, byte[] key, long incarnation) {
        this(transports, key, incarnation, Optional.empty());
    }

    /**
     * Those of a node of a cluster, whose nodes all understand them: a client is reached through the node that has its flow.
     *
     * @param key 32 secret bytes, which all nodes have
     * @param incarnation of this node, at most eight characters
     */
    public FlowTokens(TransportLayer transports, byte[] key, String incarnation, Elsewhere elsewhere) {
        this(transports, key, packed(incarnation), Optional.of(elsewhere));
    }

    private FlowTokens(TransportLayer transports, byte[] key, long incarnation, Optional<Elsewhere> elsewhere) {
        this.transports = transports;
        this.hmac = new Hmac(key);
        this.incarnation = incarnation;
        this.elsewhere = elsewhere;
    }

    /** Has clients sought whose connections have ended. */
    public void seek(Successors where) {
        successors = where;
    }

    /** A user part that names the flow. */
    public String token(Flow flow, Use use, boolean strict) {
        return token(flow, use, strict, false);
    }

    /** The same as a target, of a client that has proven who it is. It says so only of a connection, which nobody else can have later. */
    public String provenTarget(Flow flow, boolean strict) {
        return token(flow, Use.TARGET, strict, flow.isReliable());
    }

    private String token(Flow flow, Use use, boolean strict, boolean proven) {
        return elsewhere.isPresent() ? clusterToken(flow, use, strict, proven) : ownToken(flow, use, strict, proven);
    }

    private String ownToken(Flow flow, Use use, boolean strict, boolean proven) {
        ByteBuffer token = ByteBuffer.allocate(LARGEST);
        byte[] address = flow.peer().getAddress().getAddress();
        token.put((byte) (use.code | (strict ? STRICT : 0) | (address.length == 16 ? IPV6 : 0)));
        token.putInt(number(flow.listener()));
        token.put(address);
        token.putShort((short) flow.peer().getPort());
        if (flow.isReliable()) {
            token.putLong(incarnation).putLong(flow.serial());
        }
        return sealed(token, proven);
    }

    /** Says all that another node needs to make use of the flow. */
    private String clusterToken(Flow flow, Use use, boolean strict, boolean proven) {
        FlowName name = flow instanceof RemoteFlow remote ? remote.name() : FlowName.of(flow);
        byte[] bound = name.bound().getAddress().getAddress();
        byte[] peer = name.peer().getAddress().getAddress();
        ByteBuffer token = ByteBuffer.allocate(LARGEST);
        token.put((byte) (use.code
                | (strict ? STRICT : 0)
                | (peer.length == 16 ? IPV6 : 0)
                | (bound.length == 16 ? BOUND_IPV6 : 0)
                | CLUSTER));
        token.put((byte) code(name.protocol()));
        token.put(bound).putShort((short) name.bound().getPort());
        token.put(peer).putShort((short) name.peer().getPort());
        token.putLong(flow instanceof RemoteFlow remote ? packed(remote.node()) : incarnation);
        if (name.protocol().isReliable()) {
            token.putLong(name.serial());
        }
        return sealed(token, proven);
    }

    private String sealed(ByteBuffer token, boolean proven) {
        if (proven) {
            token.put(PROVEN);
        }
        int length = token.position();
        byte[] bytes = new byte[length + MAC_LENGTH];
        token.flip().get(bytes, 0, length);
        System.arraycopy(mac(bytes, length), 0, bytes, length, MAC_LENGTH);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** As tokens of every release write it. */
    private static int code(Protocol protocol) {
        return switch (protocol) {
            case UDP -> 0;
            case TCP -> 1;
            case TLS -> 2;
            case WS -> 3;
            case WSS -> 4;
        };
    }

    private static Protocol protocol(int code) {
        for (Protocol protocol : Protocol.values()) {
            if (code(protocol) == code) {
                return protocol;
            }
        }
        throw new IllegalStateException("a flow token with a right MAC must name a transport");
    }

    /** A Route value that leads to the client at the end of the flow; {@link #routed} knows it again. */
    public String target(Flow flow, boolean strict) {
        return targetRoute(token(flow, Use.TARGET, strict));
    }

    /** The same of a token. */
    public static String targetRoute(String token) {
        return "<sip:" + token + TARGET_END;
    }

    /** Whether a URI may carry a token; says nothing about the MAC. */
    public static boolean isToken(Uri uri) {
        return uri instanceof SipUri sip
                && sip.user().filter(user -> user.startsWith(PREFIX)).isPresent();
    }

    /** Whether the client that the token names is this server's to look after: it made the token, and no other node has the flow. */
    public boolean isOwn(String token) {
        return token.startsWith(PREFIX) && content(token).filter(Content::here).isPresent();
    }

    /** Whether the client that the token names had proven who it is when the token was made. */
    public boolean isProven(String token) {
        return token.startsWith(PREFIX)
                && content(token).filter(Content::proven).isPresent();
    }

    /** What all tokens of a connection have in common, whatever they are for; the token was made here or by another node. */
    public static String name(String token) {
        byte[] bytes = decoded(token);
        int end = bytes.length - MAC_LENGTH;
        int flags = bytes[0];
        int address = (flags & IPV6) != 0 ? 16 : 4;
        int bound = (flags & BOUND_IPV6) != 0 ? 16 : 4;
        int length = (flags & CLUSTER) == 0
                ? 1 + Integer.BYTES + address + Short.BYTES + 2 * Long.BYTES
                : 2 + bound + Short.BYTES + address + Short.BYTES + 2 * Long.BYTES;
        return Base64.getEncoder().encodeToString(Arrays.copyOfRange(bytes, 1, Math.min(length, end)));
    }

    /** What the token in a URI names; empty if it was not made here. */
    public Optional<Named> named(Uri uri) {
        return isToken(uri) ? ((SipUri) uri).user().flatMap(this::named) : Optional.empty();
    }

    /**
     * Where the first Route of a request that this server sends leads, if that is a flow: the one that its client has now. One of another
     * server, whose location service this one shares, is as good as lost: only that server can send by it.
     */
    public Optional<Named> routed(Request request) {
        if (!request.headers().has(HeaderName.ROUTE)) {
            return Optional.empty();
        }
        Optional<NameAddr> top = request.topRoute();
        if (top.isEmpty() || !isToken(top.get().uri())) {
            return Optional.empty();
        }
        Optional<Named> own = named(top.get().uri())
                .filter(named -> named.use() == Use.TARGET)
                .map(named -> named.flow().isPresent()
                        ? named
                        : succeeded(named, (SipUri) top.get().uri(), request.uri()));
        boolean target = ((SipUri) top.get().uri()).host().equals(TARGET_HOST);
        return own.isEmpty() && target ? Optional.of(LOST) : own;
    }

    private Named succeeded(Named lost, SipUri route, Uri contact) {
        for (String token : successors.of(name(route.user().orElseThrow()), contact)) {
            Optional<Named> now = named(token).filter(each -> each.flow().isPresent());
            if (now.isPresent()) {
                return now.get();
            }
        }
        return lost;
    }

    /** The Route value to send a request on by, when our own route value carries a token of that use. */
    public Optional<String> onward(Uri own, Use use) {
        return named(own)
                .filter(named -> named.use() == use)
                .map(named -> targetRoute(retagged(((SipUri) own).user().orElseThrow())));
    }

    /** The same token as a target; its MAC was checked. */
    private String retagged(String token) {
        byte[] bytes = decoded(token);
        bytes[0] = (byte) ((bytes[0] & ~USE) | Use.TARGET.code);
        int length = bytes.length - MAC_LENGTH;
        System.arraycopy(mac(bytes, length), 0, bytes, length, MAC_LENGTH);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private Optional<Named> named(String token) {
        return content(token).map(Content::named);
    }

    private Optional<Content> content(String token) {
        byte[] bytes;
        try {
            bytes = decoded(token);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        int length = bytes.length - MAC_LENGTH;
        if (length < 1 || !MessageDigest.isEqual(mac(bytes, length), Arrays.copyOfRange(bytes, length, bytes.length))) {
            return Optional.empty();
        }
        ByteBuffer content = ByteBuffer.wrap(bytes, 0, length);
        try {
            return (bytes[0] & CLUSTER) == 0
                    ? Optional.of(read(content))
                    : elsewhere.isEmpty() ? Optional.empty() : Optional.of(readOfCluster(content, elsewhere.get()));
        } catch (UnknownHostException | BufferUnderflowException e) {
            throw new IllegalStateException("a flow token with a right MAC must be well formed", e);
        }
    }

    private static byte[] decoded(String token) {
        return Base64.getUrlDecoder().decode(token.substring(PREFIX.length()).getBytes(StandardCharsets.ISO_8859_1));
    }

    private Content read(ByteBuffer token) throws UnknownHostException {
        int flags = token.get();
        int listener = token.getInt();
        InetSocketAddress peer = address(token, (flags & IPV6) != 0);
        Optional<Flow> flow = transports.openFlow(known -> number(known) == listener, peer);
        if (token.hasRemaining()) {
            boolean present = token.getLong() == incarnation;
            long serial = token.getLong();
            flow = flow.filter(open -> present && open.serial() == serial);
        }
        return new Content(named(flags, flow), true, isProven(token));
    }

    private static boolean isProven(ByteBuffer rest) {
        return rest.hasRemaining() && rest.get() == PROVEN;
    }

    /**
     * A flow of a node that is gone is lost; over UDP only if its address is not here: that node was an earlier start of this one, or its
     * address was moved.
     */
    private Content readOfCluster(ByteBuffer token, Elsewhere others) throws UnknownHostException {
        int flags = token.get();
        Protocol protocol = protocol(token.get());
        InetSocketAddress bound = address(token, (flags & BOUND_IPV6) != 0);
        InetSocketAddress peer = address(token, (flags & IPV6) != 0);
        long maker = token.getLong();
        FlowName name = new FlowName(protocol, bound, peer, protocol.isReliable() ? token.getLong() : 0);
        boolean proven = isProven(token);
        if (maker == incarnation) {
            return new Content(named(flags, transports.openFlow(name)), true, proven);
        }
        Optional<Flow> remote = others.flow(unpacked(maker), name);
        if (remote.isPresent()) {
            return new Content(named(flags, remote), false, proven);
        }
        Optional<Flow> moved = protocol.isReliable() || bound.getAddress().isAnyLocalAddress()
                ? Optional.empty()
                : transports.openFlow(name);
        return new Content(named(flags, moved), moved.isPresent(), proven);
    }

    private static Named named(int flags, Optional<Flow> flow) {
        return new Named(Use.of(flags & USE), (flags & STRICT) != 0, flow.filter(Flow::isOpen));
    }

    private static InetSocketAddress address(ByteBuffer token, boolean ipv6) throws UnknownHostException {
        byte[] address = new byte[ipv6 ? 16 : 4];
        token.get(address);
        return new InetSocketAddress(InetAddress.getByAddress(address), Short.toUnsignedInt(token.getShort()));
    }

    private static long packed(String incarnation) {
        if (incarnation.isEmpty() || incarnation.length() > INCARNATION) {
            throw new IllegalArgumentException("incarnation \"" + incarnation + "\"; expected one to eight characters");
        }
        long packed = 0;
        for (int i = 0; i < incarnation.length(); i++) {
            packed = packed << Byte.SIZE | (incarnation.charAt(i) & 0x7f);
        }
        return packed;
    }

    private static String unpacked(long packed) {
        StringBuilder incarnation = new StringBuilder(INCARNATION);
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            char each = (char) (packed >>> shift & 0x7f);
            if (each != 0) {
                incarnation.append(each);
            }
        }
        return incarnation.toString();
    }

    /** The same after a restart. */
    private static int number(Listener listener) {
        return (listener.protocol().name()
                        + ' '
                        + LocalAddresses.literal(listener.bound().getAddress())
                        + ':'
                        + listener.bound().getPort())
                .hashCode();
    }

    private byte[] mac(byte[] bytes, int length) {
        return Arrays.copyOf(hmac.of(bytes, length), MAC_LENGTH);
    }
}
