// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.security.Principal;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.Locale;
import java.util.Set;

/**
 * A SIP request or response: header fields, content, and what is known about where it came from (JSR 289 §5). Header
 * names are the same in long and compact form and in any case.
 *
 * <p>System headers belong to the container, and the methods that change header fields refuse them: Call-ID, From and
 * To (only their tags), CSeq, Via, Route, Record-Route, Path, RSeq, RAck, and Contact except in a REGISTER and its
 * responses, in a 3xx, in a 485 and in a 200 to an OPTIONS.
 *
 * <pre>{@code
 * if ("application/sdp".equals(message.getContentType())) {
 *     byte[] offer = message.getRawContent();
 * }
 * message.setHeader("Subject", "Lunch");
 * }</pre>
 */
public interface SipServletMessage extends Cloneable, AttributeStore {
    /** {@return the From} */
    Address getFrom();

    /** {@return the To} */
    Address getTo();

    /** {@return the method; that of the request if this is a response} */
    String getMethod();

    /** {@return {@code SIP/2.0}} */
    String getProtocol();

    /**
     * {@return the first value of a header field, or {@code null} if there is none}
     *
     * @param name the name, not {@code null}
     * @throws NullPointerException if {@code name} is {@code null}
     */
    String getHeader(String name);

    /**
     * {@return the values of a header field, in their order; empty if there are none}
     *
     * @param name the name, not {@code null}
     * @throws NullPointerException if {@code name} is {@code null}
     */
    ListIterator<String> getHeaders(String name);

    /**
     * {@return the values of a header field, in their order, or {@code null} if there are none}
     *
     * @param name the name, not {@code null}
     * @throws NullPointerException if {@code name} is {@code null}
     */
    List<String> getHeaderList(String name);

    /** {@return the names of all header fields} */
    Iterator<String> getHeaderNames();

    /** {@return the names of all header fields} */
    List<String> getHeaderNameList();

    /**
     * Sets a header field, in place of all values it had.
     *
     * @param name the name, not {@code null}
     * @param value the value, not {@code null}
     * @throws IllegalArgumentException if it is a system header, or the name is not a token
     * @throws NullPointerException if an argument is {@code null}
     */
    void setHeader(String name, String value);

    /**
     * Adds a value to a header field, after those it has.
     *
     * @param name the name, not {@code null}
     * @param value the value, not {@code null}
     * @throws IllegalArgumentException if it is a system header, or the name is not a token
     */
    void addHeader(String name, String value);

    /**
     * Removes a header field with all values.
     *
     * @param name the name
     * @throws IllegalArgumentException if it is a system header
     */
    void removeHeader(String name);

    /**
     * {@return the first value of a header field as an address, or {@code null} if there is none}
     *
     * @param name the name, not {@code null}
     * @throws ServletParseException if the value is not an address
     * @throws NullPointerException if {@code name} is {@code null}
     */
    Address getAddressHeader(String name) throws ServletParseException;

    /**
     * {@return the values of a header field as addresses; empty if there are none}
     *
     * @param name the name, not {@code null}
     * @throws ServletParseException if a value is not an address
     * @throws NullPointerException if {@code name} is {@code null}
     */
    ListIterator<Address> getAddressHeaders(String name) throws ServletParseException;

    /**
     * {@return the values of a header field as addresses, or {@code null} if there are none}
     *
     * @param name the name, not {@code null}
     * @throws ServletParseException if a value is not an address
     * @throws NullPointerException if {@code name} is {@code null}
     */
    List<Address> getAddressHeaderList(String name) throws ServletParseException;

    /**
     * Sets a header field, in place of all values it had.
     *
     * @param name the name
     * @param addr the value
     * @throws IllegalArgumentException if it is a system header
     */
    void setAddressHeader(String name, Address addr);

    /**
     * Adds a value to a header field.
     *
     * @param name the name
     * @param addr the value
     * @param first {@code true} to put it before the values the field has, {@code false} to put it after
     * @throws IllegalArgumentException if it is a system header
     */
    void addAddressHeader(String name, Address addr, boolean first);

    /**
     * {@return the first value of a header field in parts, or {@code null} if there is none}
     *
     * @param name the name, not {@code null}
     * @throws ServletParseException if the value is malformed
     * @throws NullPointerException if {@code name} is {@code null}
     */
    Parameterable getParameterableHeader(String name) throws ServletParseException;

    /**
     * {@return the values of a header field in parts; empty if there are none}
     *
     * @param name the name, not {@code null}
     * @throws ServletParseException if a value is malformed
     * @throws NullPointerException if {@code name} is {@code null}
     */
    ListIterator<? extends Parameterable> getParameterableHeaders(String name) throws ServletParseException;

    /**
     * {@return the values of a header field in parts, or {@code null} if there are none}
     *
     * @param name the name, not {@code null}
     * @throws ServletParseException if a value is malformed
     * @throws NullPointerException if {@code name} is {@code null}
     */
    List<? extends Parameterable> getParameterableHeaderList(String name) throws ServletParseException;

    /**
     * Sets a header field, in place of all values it had.
     *
     * @param name the name
     * @param param the value
     * @throws IllegalArgumentException if it is a system header
     */
    void setParameterableHeader(String name, Parameterable param);

    /**
     * Adds a value to a header field.
     *
     * @param name the name
     * @param param the value
     * @param first {@code true} to put it before the values the field has, {@code false} to put it after
     * @throws IllegalArgumentException if it is a system header
     */
    void addParameterableHeader(String name, Parameterable param, boolean first);

    /** {@return the Call-ID} */
    String getCallId();

    /** {@return the Expires header field in seconds, or -1 if there is none} */
    int getExpires();

    /**
     * Sets the Expires header field.
     *
     * @param seconds the time in seconds; a negative value removes the field
     */
    void setExpires(int seconds);

    /** {@return the charset of the content by the Content-Type, or {@code null} if it does not say} */
    String getCharacterEncoding();

    /**
     * Sets the charset of the content.
     *
     * @param enc the name of the charset
     * @throws UnsupportedEncodingException if there is no such charset
     */
    void setCharacterEncoding(String enc) throws UnsupportedEncodingException;

    /** {@return the length of the content in bytes; 0 if there is none} */
    int getContentLength();

    /** {@return the Content-Type, or {@code null} if there is none} */
    String getContentType();

    /**
     * {@return the bytes of the content, or {@code null} if there is none}
     *
     * @throws IOException if the content cannot be read
     */
    byte[] getRawContent() throws IOException;

    /**
     * {@return the content: a {@link String} for {@code text/*}, else what the container knows for the type, usually
     * {@code byte[]}; {@code null} if there is none}
     *
     * @throws IOException if the content cannot be read
     * @throws UnsupportedEncodingException if the charset is not known
     */
    Object getContent() throws IOException, UnsupportedEncodingException;

    /**
     * Sets content and Content-Type.
     *
     * @param content bytes, or a text that is encoded by the charset of the type, UTF-8 if it has none
     * @param contentType the Content-Type
     * @throws UnsupportedEncodingException if the charset is not known
     * @throws IllegalArgumentException if the object cannot be encoded
     * @throws IllegalStateException if the message was sent or received
     */
    void setContent(Object content, String contentType) throws UnsupportedEncodingException;

    /**
     * Sets the Content-Length; the container does so by itself.
     *
     * @param len the length of the content in bytes
     * @throws IllegalStateException if the message was sent or received
     */
    void setContentLength(int len);

    /**
     * Sets the Content-Type.
     *
     * @param type the type
     */
    void setContentType(String type);

    /**
     * {@return the names of all attributes}
     *
     * @deprecated since 2.0; use {@link #getAttributeNameSet()}
     */
    @Deprecated
    Enumeration<String> getAttributeNames();

    /** {@return the session of this message, made if there is none} */
    SipSession getSession();

    /**
     * {@return the session of this message, or {@code null} if there is none and {@code create} is false}
     *
     * @param create {@code true} to make one
     */
    SipSession getSession(boolean create);

    /** {@return the application session of this message, made if there is none} */
    SipApplicationSession getApplicationSession();

    /**
     * {@return the application session of this message, or {@code null} if there is none and {@code create} is false}
     *
     * @param create {@code true} to make one
     */
    SipApplicationSession getApplicationSession(boolean create);

    /** {@return the language the sender likes best, or {@code null} if it does not say} */
    Locale getAcceptLanguage();

    /** {@return the languages the sender likes, best first; empty if it does not say} */
    Iterator<Locale> getAcceptLanguages();

    /** {@return the languages the sender likes, best first; empty if it does not say} */
    Set<Locale> getAcceptLanguageSet();

    /**
     * Sets the Accept-Language header field.
     *
     * @param locale the language; {@code null} removes the field
     */
    void setAcceptLanguage(Locale locale);

    /**
     * Adds a language to the Accept-Language header field.
     *
     * @param locale the language, liked less than those before
     */
    void addAcceptLanguage(Locale locale);

    /**
     * Sets the Content-Language header field.
     *
     * @param locale the language; {@code null} removes the field
     */
    void setContentLanguage(Locale locale);

    /** {@return the language of the content, or {@code null} if it is not said} */
    Locale getContentLanguage();

    /**
     * Adds a value on top of Path (RFC 3327).
     *
     * @param uri the address
     * @throws IllegalStateException if this is not a REGISTER or a 2xx to one
     */
    void pushPath(Address uri);

    /**
     * Adds this container on top of Path (RFC 3327).
     *
     * @throws IllegalStateException if this is not a REGISTER or a 2xx to one
     */
    void pushLocalPath();

    /**
     * Sends the message. It returns without waiting for the network.
     *
     * @throws IOException if the message cannot be sent; no response follows then
     * @throws IllegalStateException if it was already sent, or cannot be sent in the state of its transaction or
     *     session
     */
    void send() throws IOException;

    /** {@return {@code true} if the message came over a secure transport} */
    boolean isSecure();

    /**
     * {@return {@code true} if the message can no longer be changed: it was sent, or it was received and finally
     * dealt with}
     */
    boolean isCommitted();

    /** {@return the name of the authenticated sender, or {@code null} if there is none} */
    String getRemoteUser();

    /**
     * {@return {@code true} if the authenticated sender has a role}
     *
     * @param role a role of the application
     */
    boolean isUserInRole(String role);

    /** {@return the authenticated sender, or {@code null} if there is none} */
    Principal getUserPrincipal();

    /** {@return what this message says about the session timer (RFC 4028)} */
    SessionKeepAlive.Preference getSessionKeepAlivePreference();

    /** {@return the address the message was received on, or {@code null} if it was made here} */
    String getLocalAddr();

    /** {@return the port the message was received on, or -1 if it was made here} */
    int getLocalPort();

    /** {@return the address of the previous hop, or {@code null} if the message was made here} */
    String getRemoteAddr();

    /** {@return the port of the previous hop, or -1 if the message was made here} */
    int getRemotePort();

    /**
     * {@return the transport the message was received over, such as {@code UDP} or {@code TLS}, or {@code null} if it
     * was made here}
     */
    String getTransport();

    /**
     * {@return the address the message entered this container from, the same for all applications; {@code null} if it
     * was made here}
     */
    String getInitialRemoteAddr();

    /** {@return the port the message entered this container from; -1 if it was made here} */
    int getInitialRemotePort();

    /** {@return the transport the message entered this container over; {@code null} if it was made here} */
    String getInitialTransport();

    /** {@return the WebSocket connection the message came over, or {@code null} if it came by another transport} */
    SipWebSocketContext getLocalSipWebSocketContext();

    /** {@return {@code true} if the message came from another application in this container} */
    boolean isInternallyRouted();

    /**
     * Sets how header names are written.
     *
     * @param form the form
     */
    void setHeaderForm(HeaderForm form);

    /** {@return how header names are written; DEFAULT unless set} */
    HeaderForm getHeaderForm();

    /** How header names are written (RFC 3261 §7.3.3). */
    enum HeaderForm {
        /** Short where there is a short form. */
        COMPACT,

        /** In full. */
        LONG,

        /** As the application, or the sender, wrote them. */
        DEFAULT
    }
}
