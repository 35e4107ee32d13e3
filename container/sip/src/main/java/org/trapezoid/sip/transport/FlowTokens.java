// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/**
 * Names flows in the user part of route URIs, RFC 5626 §5.2: listener, peer and, of a connection, which one, with a MAC, so
 * that nobody else can make one up. What a token is for is part of it. Thread-safe.
 */
public final class FlowTokens {
    private static final String MAC = "HmacSHA256";
    private static final int MAC_LENGTH = 8;
    private static final int LARGEST = 64;
    private static final String PREFIX = "fl.";
    private static final String TARGET_HOST = "flow.invalid";
    private static final String TARGET_END = '@' + TARGET_HOST + ";lr>";
    private static final Named LOST = new Named(Use.TARGET, true, Optional.empty());
    private static final int STRICT = 0x10;
    private static final int IPV6 = 0x20;

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

    private final TransportLayer transports;
    private final SecretKeySpec key;
    private final long incarnation;

    /**
     * @param key 32 secret bytes; with the same ones the tokens of UDP flows outlive a restart
     * @param incarnation other than that of every earlier start: connections do not outlive one
     */
    public FlowTokens(TransportLayer transports, byte[] key, long incarnation) {
        this.transports = transports;
        this.key = new SecretKeySpec(key, MAC);
        this.incarnation = incarnation;
    }

    /** A user part that names the flow. */
    public String token(Flow flow, Use use, boolean strict) {
        ByteBuffer token = ByteBuffer.allocate(LARGEST);
        byte[] address = flow.peer().getAddress().getAddress();
        token.put((byte) (use.code | (strict ? STRICT : 0) | (address.length == 16 ? IPV6 : 0)));
        token.putInt(number(flow.listener()));
        token.put(address);
        token.putShort((short) flow.peer().getPort());
        if (flow.isReliable()) {
            token.putLong(incarnation).putLong(flow.serial());
        }
        int length = token.position();
        token.put(mac(token.array(), length));
        return PREFIX
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(Arrays.copyOf(token.array(), token.position()));
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

    /** Whether this server made the token. */
    public boolean isOwn(String token) {
        return token.startsWith(PREFIX) && named(token).isPresent();
    }

    /** What the token in a URI names; empty if it was not made here. */
    public Optional<Named> named(Uri uri) {
        return isToken(uri) ? ((SipUri) uri).user().flatMap(this::named) : Optional.empty();
    }

    /**
     * Where the first Route of a request that this server sends leads, if that is a flow. One of another server, whose location service
     * this one shares, is as good as lost: only that server can send by it.
     */
    public Optional<Named> routed(Request request) {
        if (!request.headers().has(HeaderName.ROUTE)) {
            return Optional.empty();
        }
        Optional<NameAddr> top = request.topRoute();
        if (top.isEmpty() || !isToken(top.get().uri())) {
            return Optional.empty();
        }
        Optional<Named> own = named(top.get().uri()).filter(named -> named.use() == Use.TARGET);
        boolean target = ((SipUri) top.get().uri()).host().equals(TARGET_HOST);
        return own.isEmpty() && target ? Optional.of(LOST) : own;
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
        bytes[0] = (byte) ((bytes[0] & ~0xf) | Use.TARGET.code);
        int length = bytes.length - MAC_LENGTH;
        System.arraycopy(mac(bytes, length), 0, bytes, length, MAC_LENGTH);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private Optional<Named> named(String token) {
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
        return read(ByteBuffer.wrap(bytes, 0, length));
    }

    private static byte[] decoded(String token) {
        return Base64.getUrlDecoder().decode(token.substring(PREFIX.length()).getBytes(StandardCharsets.ISO_8859_1));
    }

    private Optional<Named> read(ByteBuffer token) {
        try {
            int flags = token.get();
            int listener = token.getInt();
            byte[] address = new byte[(flags & IPV6) == 0 ? 4 : 16];
            token.get(address);
            InetSocketAddress peer =
                    new InetSocketAddress(InetAddress.getByAddress(address), Short.toUnsignedInt(token.getShort()));
            Optional<Flow> flow = transports.openFlow(known -> number(known) == listener, peer);
            if (token.hasRemaining()) {
                boolean present = token.getLong() == incarnation;
                long serial = token.getLong();
                flow = flow.filter(open -> present && open.serial() == serial);
            }
            return Optional.of(new Named(Use.of(flags & 0xf), (flags & STRICT) != 0, flow.filter(Flow::isOpen)));
        } catch (UnknownHostException | BufferUnderflowException e) {
            throw new IllegalStateException("a flow token with a right MAC must be well formed", e);
        }
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
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            mac.update(bytes, 0, length);
            return Arrays.copyOf(mac.doFinal(), MAC_LENGTH);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime lacks " + MAC + "; flow tokens need it", e);
        }
    }
}
