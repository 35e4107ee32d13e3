// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

/**
 * Is told when a servlet is ready; the first moment an application can send requests.
 *
 * @see jakarta.servlet.sip.annotation.SipListener
 */
public interface SipServletListener extends EventListener {
    /**
     * Tells that the {@code init} of a servlet has returned.
     *
     * @param ce names the servlet
     */
    void servletInitialized(SipServletContextEvent ce);
}
