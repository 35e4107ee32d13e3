// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

public interface Flow {
    String getToken();

    SipURI getLocalURI();

    SipURI getRemoteURI();

    void release();

    boolean isActive();
}
