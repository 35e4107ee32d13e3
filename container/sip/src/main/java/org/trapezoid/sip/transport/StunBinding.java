// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * Answers STUN binding requests on a SIP port, the keep-alive of RFC 5626 §3.5.2 and §8: the client learns whether its NAT
 * still holds the flow. No other STUN is spoken (RFC 5389). Stateless.
 */
final class StunBinding {
    private static final int HEADER = 20;
    private static final int COOKIE = 0x2112A442;
    private static final short REQUEST = 0x0001;
    private static final short SUCCESS = 0x0101;
    private static final short ERROR = 0x0111;
    private static final short XOR_MAPPED_ADDRESS = 0x0020;
    private static final short ERROR_CODE = 0x0009;
    private static final short UNKNOWN_ATTRIBUTES = 0x000A;
    private static final int FINGERPRINT = 0x8028;
    private static final int FINGERPRINT_XOR = 0x5354554e;
    private static final int FIRST_OPTIONAL = 0x8000;

    private StunBinding() {}

    /** Whether a datagram is STUN and not SIP: the first two bits are 0, and the cookie is there (RFC 5389 §6, §8). */
    static boolean isStun(byte[] datagram, int length) {
        return length >= HEADER
                && (datagram[0] & 0xc0) == 0
                && ByteBuffer.wrap(datagram).getInt(4) == COOKIE;
    }

    /** The answer to a binding request; empty for anything else. */
    static Optional<ByteBuffer> answer(byte[] datagram, int length, InetSocketAddress source) {
        ByteBuffer message = ByteBuffer.wrap(datagram, 0, length).slice();
        int attributes = Short.toUnsignedInt(message.getShort(2));
        if (message.getShort(0) != REQUEST || (attributes & 3) != 0 || attributes != length - HEADER) {
            return Optional.empty();
        }
        boolean fingerprint = false;
        int unknown = -1;
        message.position(HEADER);
        while (message.remaining() >= 4) {
            int type = Short.toUnsignedInt(message.getShort());
            int size = (Short.toUnsignedInt(message.getShort()) + 3) & ~3;
            if (size > message.remaining()) {
                return Optional.empty();
            }
            if (type == FINGERPRINT) {
                fingerprint = true;
            } else if (type < FIRST_OPTIONAL && !isUsual(type)) {
                unknown = type;
            }
            message.position(message.position() + size);
        }
        return Optional.of(
                unknown < 0 ? success(message, source, fingerprint) : unknownAttribute(message, unknown, fingerprint));
    }

    /** USERNAME, MESSAGE-INTEGRITY: not asked for in this usage, and not in the way of an answer (RFC 5626 §8). */
    private static boolean isUsual(int type) {
        return type == 0x0006 || type == 0x0008;
    }

    private static ByteBuffer success(ByteBuffer request, InetSocketAddress source, boolean fingerprint) {
        byte[] address = source.getAddress().getAddress();
        ByteBuffer answer = begin(SUCCESS, request);
        answer.putShort(XOR_MAPPED_ADDRESS)
                .putShort((short) (4 + address.length))
                .putShort((short) (address.length == 4 ? 1 : 2))
                .putShort((short) (source.getPort() ^ (COOKIE >>> 16)));
        for (int i = 0; i < address.length; i++) {
            answer.put((byte) (address[i] ^ request.get(4 + i))); // cookie, then transaction id
        }
        return finish(answer, fingerprint);
    }

    private static ByteBuffer unknownAttribute(ByteBuffer request, int unknown, boolean fingerprint) {
        ByteBuffer answer = begin(ERROR, request);
        answer.putShort(ERROR_CODE).putShort((short) 4).putInt((4 << 8) | 20); // 420
        answer.putShort(UNKNOWN_ATTRIBUTES)
                .putShort((short) 2)
                .putShort((short) unknown)
                .putShort((short) 0);
        return finish(answer, fingerprint);
    }

    private static ByteBuffer begin(short type, ByteBuffer request) {
        ByteBuffer answer = ByteBuffer.allocate(64).putShort(type).putShort((short) 0);
        for (int i = 4; i < HEADER; i++) {
            answer.put(request.get(i));
        }
        return answer;
    }

    private static ByteBuffer finish(ByteBuffer answer, boolean fingerprint) {
        int length = answer.position() - HEADER;
        if (fingerprint) {
            answer.putShort(2, (short) (length + 8));
            CRC32 crc = new CRC32();
            for (int i = 0; i < answer.position(); i++) {
                crc.update(answer.get(i));
            }
            answer.putShort((short) FINGERPRINT).putShort((short) 4).putInt((int) crc.getValue() ^ FINGERPRINT_XOR);
        } else {
            answer.putShort(2, (short) length);
        }
        return answer.flip();
    }
}
