// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

public interface SipApplicationConfiguration {
    String getApplicationName();

    String getMainServlet();

    void setMainServlet(String servletName);

    int getProxyTimeout();

    int getSessionTimeout();

    boolean getDistributable();
}
