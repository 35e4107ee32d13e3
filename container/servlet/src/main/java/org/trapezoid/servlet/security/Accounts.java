// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.trapezoid.sip.auth.DigestAlgorithm;
import org.trapezoid.sip.auth.DigestAuthenticator.Secret;
import org.trapezoid.sip.auth.DigestAuthenticator.Secrets;
import org.trapezoid.sip.auth.DigestCredentials;
import org.trapezoid.sip.auth.Qop;

/** The users who may prove who they are, wherever they are kept. Thread-safe. What cannot be found out is an {@link AccountsException}. */
public interface Accounts extends Secrets {

    /** Whether there is nobody, in whatever realm. */
    boolean isEmpty();

    boolean contains(String name, String realm);

    /** What is kept in place of the password of a user, see {@link DigestAlgorithm#ha1}. */
    default Optional<String> secret(String name, String realm, DigestAlgorithm algorithm) {
        return find(new DigestCredentials(
                        name, false, realm, "", "", algorithm, Qop.NONE, "", "", "", Optional.empty()))
                .map(Secret::ha1);
    }

    /** Those of a user; none when there is no such user. */
    Set<String> roles(String name, String realm);

    /** What challenges of the realm offer, best first (RFC 8760 §2.3). */
    List<DigestAlgorithm> algorithms(String realm);

    /** Whether challenges of the realm ask for hashed user names. */
    boolean asksForUserhash(String realm);

    /** Whether some users have to be waited for. */
    boolean isRemote();

    /** Whether this user has to be waited for now: then not on a thread that reads messages. */
    boolean waits(String name, String realm);
}
