// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.List;

/**
 * The servlet context of an application with SIP servlets (JSR 359).
 *
 * <pre>{@code
 * SipFactory factory = ((SipServletContext) getServletContext()).getSipFactory();
 * }</pre>
 */
public interface SipServletContext extends ServletContext {
    /** {@return the option tags of the SIP extensions the container implements; immutable} */
    List<String> getSupported();

    /** {@return the numbers of the RFCs the container implements; immutable} */
    List<String> getSupportedRfcs();

    /** {@return the URIs of the interfaces the container can send from; immutable} */
    List<SipURI> getOutboundInterfaces();

    /** {@return the addresses the container can send from; immutable} */
    List<InetAddress> getOutboundAddresses();

    /** {@return the factory of this application} */
    SipFactory getSipFactory();

    /** {@return what finds the sessions of this application} */
    SipSessionsUtil getSipSessionsUtil();

    /** {@return the timer service of this application} */
    TimerService getTimerService();

    /** {@return the resolver} */
    DnsResolver getDnsResolver();

    /**
     * Adds an object with annotated methods as a servlet.
     *
     * @param servletName its name
     * @param servlet the object
     * @return its registration, or {@code null} if there is a complete one of that name
     */
    ServletRegistration.Dynamic addServletPOJO(String servletName, Object servlet);

    /**
     * Adds a class with annotated methods as a servlet; the container makes the object.
     *
     * @param servletName its name
     * @param servletClass the class
     * @return its registration, or {@code null} if there is a complete one of that name
     */
    ServletRegistration.Dynamic addServletPOJO(String servletName, Class<?> servletClass);

    /**
     * Makes an object of a class with annotated methods, with its resources injected.
     *
     * @param <T> the class
     * @param clazz the class
     * @return the object, to be given to {@link #addServletPOJO(String, Object)}
     * @throws ServletException if the object cannot be made
     */
    <T> T createServletPOJO(Class<T> clazz) throws ServletException;

    /** {@return the settings of this application} */
    SipApplicationConfiguration getSipApplicationConfiguration();

    /**
     * {@return the flow with a token, or {@code null} if there is none or it is no longer active}
     *
     * @param flowToken see {@link Flow#getToken()}
     */
    Flow getFlow(String flowToken);

    /**
     * Gives the SIP identity for a WebSocket connection that an authenticated HTTP request opens; requests over it
     * are taken as coming from that identity.
     *
     * @param httpRequest the handshake
     * @param sipIdentity the SIP URI, not {@code null}
     * @throws IllegalStateException if the HTTP request is not authenticated
     * @throws IllegalArgumentException if {@code sipIdentity} is {@code null} or not a URI
     */
    void assignWebSocketSipIdentity(HttpServletRequest httpRequest, String sipIdentity);

    /**
     * {@return the WebSocket connection of a flow, or {@code null} if there is none}
     *
     * @param flowToken see {@link Flow#getToken()}
     */
    SipWebSocketContext getSipWebSocketContext(String flowToken);
}
