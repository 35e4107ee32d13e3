// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

/**
 * The settings of an application from its deployment descriptor and annotations (JSR 359).
 *
 * @see SipServletContext#getSipApplicationConfiguration()
 */
public interface SipApplicationConfiguration {
    /** {@return the name of the application} */
    String getApplicationName();

    /** {@return the name of the main servlet, or {@code null} if the application has servlet mappings} */
    String getMainServlet();

    /**
     * Sets the main servlet.
     *
     * @param servletName the name of a servlet of the application
     * @throws IllegalStateException if the application is already initialized
     */
    void setMainServlet(String servletName);

    /** {@return the time a proxy waits for a final response, in seconds} */
    int getProxyTimeout();

    /** {@return the life of an application session in minutes; 0 or less means without end} */
    int getSessionTimeout();

    /** {@return {@code true} if the application may run on several servers at once} */
    boolean getDistributable();
}
