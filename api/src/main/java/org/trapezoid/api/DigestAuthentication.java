// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

import jakarta.servlet.sip.SipServletRequest;
import java.io.IOException;
import java.util.Optional;

/**
 * Digest authentication for applications that decide themselves whom they challenge (RFC 3261 §22, RFC 8760), against the
 * users of the server ({@code trapezoid user add}). Thread-safe.
 *
 * <p>The applications of a server share one service. An application gets it by injection or as the context attribute
 * {@link #ATTRIBUTE}. Users that are added or removed while the server runs count within a second or two.
 *
 * <p>A registrar or another user agent server challenges with 401, a proxy with 407:
 *
 * <pre>{@code
 * @Override
 * protected void doInvite(SipServletRequest req) throws ServletException, IOException {
 *     Optional<String> user = digest.authenticate(req, SipServletResponse.SC_PROXY_AUTHENTICATION_REQUIRED, "example.com");
 *     if (user.isEmpty()) {
 *         digest.challenge(req, SipServletResponse.SC_PROXY_AUTHENTICATION_REQUIRED, "example.com");
 *         return;
 *     }
 *     req.getProxy().proxyTo(req.getRequestURI()); // user.get() is who it says it is
 * }
 * }</pre>
 *
 * <p>The answer, and the time it takes, is the same for an unknown user and for a wrong password.
 */
public interface DigestAuthentication {

    /** The context attribute that holds the service. */
    String ATTRIBUTE = "org.trapezoid.api.DigestAuthentication";

    /**
     * {@return whether there is any user, of whatever realm} An application may choose to be open as long as there is none;
     * once there is one, it challenges for every realm.
     */
    boolean hasUsers();

    /**
     * {@return whether there is such a user} An application that tells peers so tells them who its users are.
     *
     * @param name the user name
     * @param realm the realm
     */
    boolean isUser(String name, String realm);

    /**
     * Verifies the credentials that a request carries for a realm: the hash, the nonce, which is this server's and was not
     * used before in this way, and that they were made for the user that the Request-URI names.
     *
     * @param request a request, other than ACK and CANCEL
     * @param status the status of the challenge that the credentials answer: 401 for those in Authorization, 407 for those
     *     in Proxy-Authorization
     * @param realm the realm
     * @return the user name; empty if the request has no credentials for the realm or they do not prove anything, and always
     *     for ACK and CANCEL, which nobody can be asked to authenticate (RFC 3261 §22.1)
     * @throws IllegalArgumentException if the status is neither 401 nor 407
     */
    Optional<String> authenticate(SipServletRequest request, int status, String realm);

    /**
     * Answers a request with a challenge for SHA-256 and one for MD5, in this order (RFC 8760 §2.3). They have {@code
     * stale=true} if {@link #authenticate} just found that only the nonce of the request is too old, so that a user agent
     * tries again without asking for the password.
     *
     * @param request a request, other than ACK and CANCEL, that has no final response yet
     * @param status 401 for a user agent server, 407 for a proxy
     * @param realm the realm
     * @throws IllegalArgumentException if the status is neither 401 nor 407
     * @throws IllegalStateException if the request is an ACK or a CANCEL, or has a final response
     * @throws IOException if the response cannot be sent
     */
    void challenge(SipServletRequest request, int status, String realm) throws IOException;
}
