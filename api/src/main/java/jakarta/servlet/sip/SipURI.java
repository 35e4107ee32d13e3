// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.Iterator;
import java.util.List;

/**
 * A {@code sip} or {@code sips} URI (RFC 3261 §19.1). The parts are given and returned without escapes. Mutable.
 *
 * <pre>{@code
 * SipURI uri = factory.createSipURI("bob", "example.com");
 * uri.setTransportParam("tcp");
 * uri.setLrParam(true);
 * }</pre>
 */
public interface SipURI extends URI {
    /** {@return the user part, or {@code null} if there is none} */
    String getUser();

    /**
     * Sets the user part.
     *
     * @param user the user part; {@code null} removes it
     */
    void setUser(String user);

    /** {@return the password, or {@code null} if there is none} */
    String getUserPassword();

    /**
     * Sets the password; RFC 3261 advises against one.
     *
     * @param password the password; {@code null} removes it
     */
    void setUserPassword(String password);

    /** {@return the host name or address; an IPv6 address has brackets} */
    String getHost();

    /**
     * Sets the host.
     *
     * @param host a host name or address
     */
    void setHost(String host);

    /** {@return the port, or -1 if there is none} */
    int getPort();

    /**
     * Sets the port.
     *
     * @param port 1 to 65535; a negative value removes it
     */
    void setPort(int port);

    /** {@return {@code true} for {@code sips}} */
    boolean isSecure();

    /**
     * Sets the scheme.
     *
     * @param b {@code true} for {@code sips}, {@code false} for {@code sip}
     */
    void setSecure(boolean b);

    /** {@return the {@code transport} parameter, or {@code null} if there is none} */
    String getTransportParam();

    /**
     * Sets the {@code transport} parameter.
     *
     * @param transport such as {@code tcp}; {@code null} removes the parameter
     */
    void setTransportParam(String transport);

    /** {@return the {@code maddr} parameter, or {@code null} if there is none} */
    String getMAddrParam();

    /**
     * Sets the {@code maddr} parameter.
     *
     * @param maddr a host name or address; {@code null} removes the parameter
     */
    void setMAddrParam(String maddr);

    /** {@return the {@code method} parameter, or {@code null} if there is none} */
    String getMethodParam();

    /**
     * Sets the {@code method} parameter.
     *
     * @param method the method; {@code null} removes the parameter
     */
    void setMethodParam(String method);

    /** {@return the {@code ttl} parameter, 0 to 255, or -1 if there is none} */
    int getTTLParam();

    /**
     * Sets the {@code ttl} parameter.
     *
     * @param ttl 0 to 255; a negative value removes the parameter
     */
    void setTTLParam(int ttl);

    /** {@return the {@code user} parameter, or {@code null} if there is none} */
    String getUserParam();

    /**
     * Sets the {@code user} parameter.
     *
     * @param user such as {@code phone}; {@code null} removes the parameter
     */
    void setUserParam(String user);

    /** {@return {@code true} if there is an {@code lr} parameter: the URI is of a loose router} */
    boolean getLrParam();

    /**
     * Sets the {@code lr} parameter.
     *
     * @param flag {@code true} to add it, {@code false} to remove it
     */
    void setLrParam(boolean flag);

    /**
     * {@return a header the URI asks for, or {@code null} if there is none}
     *
     * @param name the name, not {@code null}
     * @throws NullPointerException if {@code name} is {@code null}
     */
    String getHeader(String name);

    /**
     * Sets a header the URI asks for.
     *
     * @param name the name
     * @param value the value
     */
    void setHeader(String name, String value);

    /**
     * Removes a header. Nothing happens if there is none.
     *
     * @param name the name
     */
    void removeHeader(String name);

    /** {@return the names of the headers the URI asks for} */
    Iterator<String> getHeaderNames();

    /** {@return the names of the headers the URI asks for} */
    List<String> getHeaderNameList();

    /** {@return the URI as it stands in a message, with escapes} */
    @Override
    String toString();

    /**
     * Compares by the rules of RFC 3261 §19.1.4.
     *
     * @param o the other URI
     * @return {@code true} if they are equal
     */
    @Override
    boolean equals(Object o);
}
