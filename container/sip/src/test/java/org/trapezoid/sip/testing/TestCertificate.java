// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import javax.security.auth.x500.X500Principal;

/** Writes X.509 certificates (RFC 5280) signed with ECDSA: what keytool does, without a process for each. Stateless. */
final class TestCertificate {
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int BOOLEAN = 0x01;
    private static final int TIME = 0x18;
    private static final int OID = 0x06;
    private static final int CONTEXT = 0xa0;
    private static final int DNS_NAME = 0x82;
    private static final int URI = 0x86;
    private static final int IP_ADDRESS = 0x87;
    private static final byte[] SUBJECT_ALT_NAME = der(OID, new byte[] {0x55, 0x1d, 0x11});
    private static final byte[] BASIC_CONSTRAINTS = der(OID, new byte[] {0x55, 0x1d, 0x13});
    private static final byte[] ECDSA_WITH_SHA256 =
            der(SEQUENCE, der(OID, new byte[] {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02}));
    private static final byte[] YES = der(BOOLEAN, new byte[] {(byte) 0xff});
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private TestCertificate() {}

    /** Names as {@code dns:a.test,uri:sip:a.test,ip:127.0.0.1}; empty: no subjectAltName. */
    static X509Certificate of(
            String commonName,
            PublicKey key,
            String names,
            boolean authority,
            Instant until,
            X500Principal issuer,
            PrivateKey by)
            throws GeneralSecurityException {
        byte[] version3 = der(CONTEXT, der(INTEGER, new byte[] {2}));
        byte[] serial = der(
                INTEGER,
                new BigInteger(64, new SecureRandom()).add(BigInteger.ONE).toByteArray());
        byte[] validity = der(SEQUENCE, time(until.minusSeconds(30L * 24 * 3600)), time(until));
        byte[] subject = new X500Principal("CN=" + commonName).getEncoded();
        byte[] content = der(
                SEQUENCE,
                version3,
                serial,
                ECDSA_WITH_SHA256,
                issuer.getEncoded(),
                validity,
                subject,
                key.getEncoded(),
                extensions(names, authority));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(by);
        signature.update(content);
        byte[] signed = der(BIT_STRING, new byte[1], signature.sign());
        byte[] certificate = der(SEQUENCE, content, ECDSA_WITH_SHA256, signed);
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
    }

    private static byte[] extensions(String names, boolean authority) {
        byte[] constraints =
                authority ? der(SEQUENCE, BASIC_CONSTRAINTS, YES, der(OCTET_STRING, der(SEQUENCE, YES))) : new byte[0];
        byte[] alternatives =
                names.isEmpty() ? new byte[0] : der(SEQUENCE, SUBJECT_ALT_NAME, der(OCTET_STRING, alternatives(names)));
        return constraints.length + alternatives.length == 0
                ? new byte[0]
                : der(CONTEXT + 3, der(SEQUENCE, constraints, alternatives));
    }

    private static byte[] alternatives(String names) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String name : names.split(",", -1)) {
            String value = name.substring(name.indexOf(':') + 1);
            byte[] text = value.getBytes(StandardCharsets.US_ASCII);
            all.writeBytes(
                    switch (name.substring(0, name.indexOf(':'))) {
                        case "dns" -> der(DNS_NAME, text);
                        case "uri" -> der(URI, text);
                        case "ip" -> der(IP_ADDRESS, address(value));
                        default -> throw new IllegalArgumentException(name);
                    });
        }
        return der(SEQUENCE, all.toByteArray());
    }

    private static byte[] address(String literal) {
        try {
            return InetAddress.getByName(literal).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(literal, e);
        }
    }

    private static byte[] time(Instant instant) {
        return der(TIME, FORMAT.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    /** A value of ASN.1, X.690 §8.1. */
    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        value.write(tag);
        int length = content.size();
        if (length > 255) {
            value.write(0x82);
            value.write(length >> 8);
        } else if (length > 127) {
            value.write(0x81);
        }
        value.write(length);
        value.writeBytes(content.toByteArray());
        return value.toByteArray();
    }
}
