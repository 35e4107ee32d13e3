// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;

/**
 * User names and passwords to answer the challenges of 401 and 407 responses with (RFC 3261 §22), one for each status
 * and realm.
 *
 * <pre>{@code
 * AuthInfo info = factory.createAuthInfo();
 * info.addAuthInfo(response.getStatus(), "example.com", "alice", "secret");
 * SipServletRequest again = response.getSession().createRequest("REGISTER");
 * again.addAuthHeader(response, info);
 * again.send();
 * }</pre>
 */
public interface AuthInfo extends Serializable {
    /**
     * Adds a user name and password; the last ones given for a status and realm count.
     *
     * @param statusCode 401 or 407
     * @param realm the realm of the challenge
     * @param username the user name
     * @param password the password
     */
    void addAuthInfo(int statusCode, String realm, String username, String password);

    /**
     * Compares by content.
     *
     * @param obj the other object
     * @return {@code true} if it holds the same user names and passwords
     */
    @Override
    boolean equals(Object obj);
}
