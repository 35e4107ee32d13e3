// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.sip.SipApplicationSession;
import java.util.Optional;

/** Joins HTTP sessions to the application sessions of one application (JSR 289 §13.4). Safe for use by any thread. */
public interface ApplicationSessions {

    /** The path parameter of a URL encoded by {@code SipApplicationSession.encodeURL}. */
    String parameter();

    /** The valid session of this application with that id. */
    Optional<SipApplicationSession> find(String id);

    /** A new session, which nothing belongs to yet. */
    SipApplicationSession create();

    /** From now on the HTTP session belongs to the application session; false when that one has ended. */
    boolean attach(SipApplicationSession session, HttpSession http);

    /** The HTTP session has ended or belongs to another one; the application session may have become ready to end. */
    void detach(SipApplicationSession session, HttpSession http);
}
