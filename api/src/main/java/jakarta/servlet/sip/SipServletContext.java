// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.List;

public interface SipServletContext extends ServletContext {
    List<String> getSupported();

    List<String> getSupportedRfcs();

    List<SipURI> getOutboundInterfaces();

    List<InetAddress> getOutboundAddresses();

    SipFactory getSipFactory();

    SipSessionsUtil getSipSessionsUtil();

    TimerService getTimerService();

    DnsResolver getDnsResolver();

    ServletRegistration.Dynamic addServletPOJO(String servletName, Object servlet);

    ServletRegistration.Dynamic addServletPOJO(String servletName, Class<?> servletClass);

    <T> T createServletPOJO(Class<T> clazz) throws ServletException;

    SipApplicationConfiguration getSipApplicationConfiguration();

    Flow getFlow(String flowToken);

    void assignWebSocketSipIdentity(HttpServletRequest httpRequest, String sipIdentity);

    SipWebSocketContext getSipWebSocketContext(String flowToken);
}
