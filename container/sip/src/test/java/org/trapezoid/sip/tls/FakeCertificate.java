// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.tls;

import java.math.BigInteger;
import java.security.Principal;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** A certificate that has names and nothing else. */
@SuppressWarnings("serial")
final class FakeCertificate extends X509Certificate {
    private final String commonName;
    private final List<List<?>> names;

    FakeCertificate(String commonName, List<List<?>> names) {
        this.commonName = commonName;
        this.names = List.copyOf(names);
    }

    @Override
    public @Nullable Collection<List<?>> getSubjectAlternativeNames() {
        return names.isEmpty() ? null : names;
    }

    @Override
    public X500Principal getSubjectX500Principal() {
        return new X500Principal("CN=" + commonName + ",OU=Telephony,O=Example");
    }

    private static UnsupportedOperationException notThere() {
        return new UnsupportedOperationException("this certificate has only names");
    }

    @Override
    public void checkValidity() {
        throw notThere();
    }

    @Override
    public void checkValidity(Date date) {
        throw notThere();
    }

    @Override
    public int getVersion() {
        throw notThere();
    }

    @Override
    public BigInteger getSerialNumber() {
        throw notThere();
    }

    @Override
    @Deprecated
    public Principal getIssuerDN() {
        throw notThere();
    }

    @Override
    @Deprecated
    public Principal getSubjectDN() {
        throw notThere();
    }

    @Override
    public Date getNotBefore() {
        throw notThere();
    }

    @Override
    public Date getNotAfter() {
        throw notThere();
    }

    @Override
    public byte[] getTBSCertificate() {
        throw notThere();
    }

    @Override
    public byte[] getSignature() {
        throw notThere();
    }

    @Override
    public String getSigAlgName() {
        throw notThere();
    }

    @Override
    public String getSigAlgOID() {
        throw notThere();
    }

    @Override
    public byte[] getSigAlgParams() {
        throw notThere();
    }

    @Override
    public boolean[] getIssuerUniqueID() {
        throw notThere();
    }

    @Override
    public boolean[] getSubjectUniqueID() {
        throw notThere();
    }

    @Override
    public boolean[] getKeyUsage() {
        throw notThere();
    }

    @Override
    public int getBasicConstraints() {
        throw notThere();
    }

    @Override
    public byte[] getEncoded() {
        throw notThere();
    }

    @Override
    public void verify(PublicKey key) {
        throw notThere();
    }

    @Override
    public void verify(PublicKey key, String sigProvider) {
        throw notThere();
    }

    @Override
    public String toString() {
        return commonName + " " + names;
    }

    @Override
    public PublicKey getPublicKey() {
        throw notThere();
    }

    @Override
    public boolean hasUnsupportedCriticalExtension() {
        throw notThere();
    }

    @Override
    public Set<String> getCriticalExtensionOIDs() {
        throw notThere();
    }

    @Override
    public Set<String> getNonCriticalExtensionOIDs() {
        throw notThere();
    }

    @Override
    public byte[] getExtensionValue(String oid) {
        throw notThere();
    }
}
