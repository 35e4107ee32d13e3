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

public interface SipServletMessage extends Cloneable, AttributeStore {
    Address getFrom();

    Address getTo();

    String getMethod();

    String getProtocol();

    String getHeader(String name);

    ListIterator<String> getHeaders(String name);

    List<String> getHeaderList(String name);

    Iterator<String> getHeaderNames();

    List<String> getHeaderNameList();

    void setHeader(String name, String value);

    void addHeader(String name, String value);

    void removeHeader(String name);

    Address getAddressHeader(String name) throws ServletParseException;

    ListIterator<Address> getAddressHeaders(String name) throws ServletParseException;

    List<Address> getAddressHeaderList(String name) throws ServletParseException;

    void setAddressHeader(String name, Address addr);

    void addAddressHeader(String name, Address addr, boolean first);

    Parameterable getParameterableHeader(String name) throws ServletParseException;

    ListIterator<? extends Parameterable> getParameterableHeaders(String name) throws ServletParseException;

    List<? extends Parameterable> getParameterableHeaderList(String name) throws ServletParseException;

    void setParameterableHeader(String name, Parameterable param);

    void addParameterableHeader(String name, Parameterable param, boolean first);

    String getCallId();

    int getExpires();

    void setExpires(int seconds);

    String getCharacterEncoding();

    void setCharacterEncoding(String enc) throws UnsupportedEncodingException;

    int getContentLength();

    String getContentType();

    byte[] getRawContent() throws IOException;

    Object getContent() throws IOException, UnsupportedEncodingException;

    void setContent(Object content, String contentType) throws UnsupportedEncodingException;

    void setContentLength(int len);

    void setContentType(String type);

    @Deprecated
    Enumeration<String> getAttributeNames();

    SipSession getSession();

    SipSession getSession(boolean create);

    SipApplicationSession getApplicationSession();

    SipApplicationSession getApplicationSession(boolean create);

    Locale getAcceptLanguage();

    Iterator<Locale> getAcceptLanguages();

    Set<Locale> getAcceptLanguageSet();

    void setAcceptLanguage(Locale locale);

    void addAcceptLanguage(Locale locale);

    void setContentLanguage(Locale locale);

    Locale getContentLanguage();

    void pushPath(Address uri);

    void pushLocalPath();

    void send() throws IOException;

    boolean isSecure();

    boolean isCommitted();

    String getRemoteUser();

    boolean isUserInRole(String role);

    Principal getUserPrincipal();

    SessionKeepAlive.Preference getSessionKeepAlivePreference();

    String getLocalAddr();

    int getLocalPort();

    String getRemoteAddr();

    int getRemotePort();

    String getTransport();

    String getInitialRemoteAddr();

    int getInitialRemotePort();

    String getInitialTransport();

    SipWebSocketContext getLocalSipWebSocketContext();

    boolean isInternallyRouted();

    void setHeaderForm(HeaderForm form);

    HeaderForm getHeaderForm();

    enum HeaderForm {
        COMPACT,

        LONG,

        DEFAULT
    }
}
