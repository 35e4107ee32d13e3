// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.http.HttpSession;

public interface ConvergedHttpSession extends HttpSession {
    SipApplicationSession getApplicationSession();

    String encodeURL(String url);

    String encodeURL(String relativePath, String scheme);
}
