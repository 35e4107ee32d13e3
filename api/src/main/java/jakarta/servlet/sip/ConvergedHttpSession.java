// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.http.HttpSession;

/**
 * The HTTP session of an application that also has SIP servlets; every {@code HttpSession} of such an application can
 * be cast to it (JSR 289 §13).
 *
 * <pre>{@code
 * ConvergedHttpSession session = (ConvergedHttpSession) request.getSession();
 * SipApplicationSession call = session.getApplicationSession();
 * }</pre>
 */
public interface ConvergedHttpSession extends HttpSession {
    /** {@return the application session this session belongs to; made at the first call and the same ever after} */
    SipApplicationSession getApplicationSession();

    /**
     * {@return a URL with the id of this session in it}
     *
     * @param url an absolute URL
     */
    String encodeURL(String url);

    /**
     * {@return an absolute URL into this application with the id of this session in it}
     *
     * @param relativePath a path below the context path
     * @param scheme {@code http} or {@code https}
     */
    String encodeURL(String relativePath, String scheme);
}
