// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Whether bytes are UTF-8, as text frames have to be (RFC 6455 §5.6); most SIP is ASCII. Stateless. */
final class Utf8 {

    private Utf8() {}

    static boolean isValid(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] < 0) {
                return isDecodable(bytes, i, offset + length - i);
            }
        }
        return true;
    }

    private static boolean isDecodable(byte[] bytes, int offset, int length) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length));
            return true;
        } catch (CharacterCodingException notUtf8) {
            return false;
        }
    }
}
