// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.nio.file.Path;
import org.trapezoid.sip.testing.TestKeys;

/**
 * Certificates for everybody in a test, all of one authority. Immutable.
 *
 * @param authority the key store of the authority
 * @param trust its certificate, in PEM
 */
record Keys(Path directory, Path authority, Path trust) {

    static Keys in(Path directory) {
        Path authority = TestKeys.authority(directory, "authority.p12", "authority");
        return new Keys(directory, authority, TestKeys.trust(directory, "trust.pem", authority));
    }

    /** A key store for one name, whose certificate has these subjectAltNames. */
    Path store(String name, String names) {
        return TestKeys.signed(directory, name + ".p12", name, authority, names);
    }

    /** Key and certificate for a host, and for the SIP domains that it serves (RFC 5922), in one PEM file. */
    Path pem(String name, Endpoint host, String... domains) {
        StringBuilder names = new StringBuilder("ip:" + host.host());
        for (String domain : domains) {
            names.append(",uri:sip:").append(domain);
        }
        return TestKeys.pem(directory, name + ".pem", store(name, names.toString()), name);
    }
}
