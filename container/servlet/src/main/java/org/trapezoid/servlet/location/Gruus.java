// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.trapezoid.api.Binding;
import org.trapezoid.sip.message.Hmac;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/**
 * The globally routable URIs of user agent instances, RFC 5627: the public one is the address-of-record with the instance,
 * the temporary one holds both encrypted, so that nothing is kept for it (RFC 5627 appendix A.2). Thread-safe.
 */
final class Gruus {
    private static final String PARAMETER = "gr";
    private static final String TEMPORARY = "tg.";
    private static final String URN = "<urn:uuid:";
    private static final Hmac DIGEST = new Hmac(new byte[1]);
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final int REGISTRATION = 8;

    /**
     * What a GRUU stands for.
     *
     * @param registration of a temporary one, the Call-ID it counts with, digested; empty for a public one
     */
    record Instance(String addressOfRecord, String instance, Optional<Long> registration) {

        boolean isOf(String callId) {
            return registration.isEmpty() || registration.get() == digest(callId);
        }
    }

    private final SecretKeySpec key;
    private final RandomGenerator random;

    Gruus(byte[] secret, RandomGenerator random) {
        this.key = new SecretKeySpec(
                Arrays.copyOf(new Hmac(secret).of("gruu".getBytes(StandardCharsets.UTF_8)), 16), "AES");
        this.random = random;
    }

    static boolean isGruu(Uri uri) {
        return uri instanceof SipUri sip
                && sip.parameters().has(PARAMETER)
                && sip.user().isPresent();
    }

    /** Only instances of users of a domain have GRUUs. */
    static boolean isPossible(Binding binding) {
        return !binding.instance().isEmpty() && binding.addressOfRecord().indexOf('@') > 0;
    }

    /** RFC 5627 §3.1.1, §5.4. */
    static String publicOf(String addressOfRecord, String instance) {
        return addressOfRecord + ';' + PARAMETER + '=' + SipUri.escapeParameter(bare(instance));
    }

    /** A new one each time, RFC 5627 §3.1.2. */
    String temporaryOf(String addressOfRecord, String instance, String callId) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        byte[] name = packed(instance);
        byte[] address = addressOfRecord.getBytes(StandardCharsets.UTF_8);
        ByteBuffer plain = ByteBuffer.allocate(REGISTRATION + 2 + name.length + address.length)
                .putLong(digest(callId))
                .putShort((short) name.length)
                .put(name)
                .put(address);
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, plain.array());
        byte[] token = ByteBuffer.allocate(NONCE + sealed.length)
                .put(nonce)
                .put(sealed)
                .array();
        String user = TEMPORARY + Base64.getUrlEncoder().withoutPadding().encodeToString(token);
        return "sip:" + user + addressOfRecord.substring(addressOfRecord.lastIndexOf('@')) + ';' + PARAMETER;
    }

    /** What the URI stands for, if it is a GRUU; of a temporary one, if it was made here. */
    Optional<Instance> read(Uri uri) {
        if (!isGruu(uri)) {
            return Optional.empty();
        }
        SipUri sip = (SipUri) uri;
        Optional<String> gr = sip.parameter(PARAMETER);
        if (gr.isPresent() && !gr.get().isEmpty()) {
            String addressOfRecord = AddressOfRecord.canonical(sip.withParameters(Parameters.EMPTY)
                    .withPort(HostPort.NO_PORT)
                    .toString());
            return Optional.of(new Instance(addressOfRecord, '<' + SipUri.unescape(gr.get()) + '>', Optional.empty()));
        }
        String user = sip.user().orElseThrow();
        return user.startsWith(TEMPORARY) ? readTemporary(user.substring(TEMPORARY.length())) : Optional.empty();
    }

    private Optional<Instance> readTemporary(String text) {
        try {
            byte[] token = Base64.getUrlDecoder().decode(text);
            if (token.length <= NONCE + TAG_BITS / 8) {
                return Optional.empty();
            }
            byte[] nonce = Arrays.copyOf(token, NONCE);
            ByteBuffer plain =
                    ByteBuffer.wrap(crypt(Cipher.DECRYPT_MODE, nonce, Arrays.copyOfRange(token, NONCE, token.length)));
            long registration = plain.getLong();
            byte[] name = new byte[plain.getShort()];
            plain.get(name);
            byte[] address = new byte[plain.remaining()];
            plain.get(address);
            return Optional.of(new Instance(
                    new String(address, StandardCharsets.UTF_8), unpacked(name), Optional.of(registration)));
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    /** Without angle brackets: they are no part of the URN. */
    private static String bare(String instance) {
        return instance.startsWith("<") && instance.endsWith(">")
                ? instance.substring(1, instance.length() - 1)
                : instance;
    }

    private static byte[] packed(String instance) {
        if (instance.length() == URN.length() + 37 && instance.startsWith(URN)) {
            String text = instance.substring(URN.length(), instance.length() - 1);
            try {
                UUID uuid = UUID.fromString(text);
                if (uuid.toString().equals(text)) {
                    return ByteBuffer.allocate(17)
                            .put((byte) 'u')
                            .putLong(uuid.getMostSignificantBits())
                            .putLong(uuid.getLeastSignificantBits())
                            .array();
                }
            } catch (IllegalArgumentException notUuid) {
                // as text
            }
        }
        return ('t' + instance).getBytes(StandardCharsets.UTF_8);
    }

    private static String unpacked(byte[] name) {
        if (name[0] == 'u') {
            ByteBuffer uuid = ByteBuffer.wrap(name, 1, 16);
            return URN + new UUID(uuid.getLong(), uuid.getLong()) + '>';
        }
        return new String(name, 1, name.length - 1, StandardCharsets.UTF_8);
    }

    private static long digest(String callId) {
        return ByteBuffer.wrap(DIGEST.of(callId.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    private byte[] crypt(int mode, byte[] nonce, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            return cipher.doFinal(text);
        } catch (javax.crypto.AEADBadTagException e) {
            throw new IllegalArgumentException("the GRUU was not made here", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime lacks " + CIPHER + "; temporary GRUUs need it", e);
        }
    }
}
