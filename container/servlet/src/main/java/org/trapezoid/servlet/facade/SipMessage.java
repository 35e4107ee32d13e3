// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.Parameterable;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.SessionKeepAlive;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.SipWebSocketContext;
import java.io.UnsupportedEncodingException;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ListIterator;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.Flows;
import org.trapezoid.servlet.session.Attributes;
import org.trapezoid.servlet.session.Identity;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Arrival;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.ClientFlow;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.uri.SyntaxException;

/** What requests and responses have in common. Confined to the application, which synchronises; sending enters the strand. */
abstract class SipMessage implements SipServletMessage {

    private final AppRuntime runtime;
    private final SipSessionState session;
    private final Optional<Flow> flow;
    private final Attributes attributes = new Attributes();
    private @Nullable SipAddress from;
    private @Nullable SipAddress to;
    private HeaderForm form = HeaderForm.DEFAULT;
    private @Nullable KeepAlivePreference keepAlive;

    SipMessage(AppRuntime runtime, SipSessionState session, Optional<Flow> flow) {
        this.runtime = runtime;
        this.session = session;
        this.flow = flow;
    }

    final AppRuntime runtime() {
        return runtime;
    }

    final SipSessionState sessionState() {
        return session;
    }

    final Attributes attributes() {
        return attributes;
    }

    /** Where it came from; empty for what is made here. */
    final Optional<Flow> flow() {
        return flow;
    }

    /** The message as it is now. */
    abstract Message message();

    /** The open builder of the message; a change of any kind goes through it. */
    abstract Message.Builder<?> edit();

    /** Whether the Contact is the application's (JSR 289 §4.1.3). */
    abstract boolean isContactFree();

    /** Whether it is sent as a user agent, with a Contact of the container. */
    abstract boolean hasOwnContact();

    private Message.Builder<?> editBody() {
        requireUncommitted("change the body of");
        return edit();
    }

    final void requireUncommitted(String what) {
        if (isCommitted()) {
            throw new IllegalStateException("cannot " + what + " a committed " + describe());
        }
    }

    /** For messages of errors. */
    abstract String describe();

    private HeaderName free(String name) {
        HeaderName header = HeaderName.of(Objects.requireNonNull(name, "header name"));
        if (SystemHeaders.isSystem(header, isContactFree())) {
            throw new IllegalArgumentException(
                    header + " of " + describe() + " is a system header; the container sets it (JSR 289 §4.1.3)");
        }
        return header;
    }

    // ---- addresses and identity

    @Override
    public final Address getFrom() {
        SipAddress address = from;
        if (address == null) {
            address = party(HeaderName.FROM, message().from());
            from = address;
        }
        return address;
    }

    @Override
    public final Address getTo() {
        SipAddress address = to;
        if (address == null) {
            address = party(HeaderName.TO, message().to());
            to = address;
        }
        return address;
    }

    /** All but the tag may be changed until the message is sent. */
    private SipAddress party(HeaderName name, NameAddr value) {
        Optional<String> tag = value.tag();
        return new SipAddress(value, changed -> {
            if (!changed.tag().equals(tag)) {
                throw new IllegalStateException("the tag in " + name + " of " + describe() + " is the container's");
            }
            requirePartiesFree();
            edit().set(name, changed.toString());
        });
    }

    /** @throws IllegalStateException when From and To can no longer be changed */
    abstract void requirePartiesFree();

    @Override
    public final String getCallId() {
        return message().callId();
    }

    @Override
    public String getProtocol() {
        return "SIP/2.0";
    }

    @Override
    public SipSession getSession() {
        return Session.of(session, runtime);
    }

    @Override
    public SipSession getSession(boolean create) {
        return getSession();
    }

    @Override
    public SipApplicationSession getApplicationSession() {
        return AppSession.of(session.appSession(), runtime);
    }

    @Override
    public SipApplicationSession getApplicationSession(boolean create) {
        return getApplicationSession();
    }

    // ---- header fields

    @Override
    public @Nullable String getHeader(String name) {
        return message()
                .headers()
                .first(HeaderName.of(Objects.requireNonNull(name, "header name")))
                .orElse(null);
    }

    @Override
    public ListIterator<String> getHeaders(String name) {
        return values(name).listIterator();
    }

    @Override
    public @Nullable List<String> getHeaderList(String name) {
        List<String> values = values(name);
        return values.isEmpty() ? null : values;
    }

    private List<String> values(String name) {
        return message().headers().values(HeaderName.of(Objects.requireNonNull(name, "header name")));
    }

    @Override
    public Iterator<String> getHeaderNames() {
        return getHeaderNameList().iterator();
    }

    @Override
    public List<String> getHeaderNameList() {
        Set<String> names = new LinkedHashSet<>();
        for (HeaderName name : message().headers().names()) {
            names.add(name.toString());
        }
        return new ArrayList<>(names);
    }

    @Override
    public void setHeader(String name, String value) {
        HeaderName header = free(name);
        Objects.requireNonNull(value, "header value");
        write(() -> edit().set(header, value));
    }

    @Override
    public void addHeader(String name, String value) {
        HeaderName header = free(name);
        write(() -> edit().add(header, value));
    }

    @Override
    public void removeHeader(String name) {
        HeaderName header = free(name);
        edit().remove(header);
    }

    /** The stack refuses what would break a message; the API calls that an illegal argument. */
    private void write(Runnable change) {
        try {
            change.run();
        } catch (SyntaxException e) {
            throw new IllegalArgumentException("cannot change " + describe() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public @Nullable Address getAddressHeader(String name) throws ServletParseException {
        List<Address> addresses = HeaderViews.addresses(this, name);
        return addresses.isEmpty() ? null : addresses.get(0);
    }

    @Override
    public ListIterator<Address> getAddressHeaders(String name) throws ServletParseException {
        return HeaderViews.addresses(this, name).listIterator();
    }

    @Override
    public @Nullable List<Address> getAddressHeaderList(String name) throws ServletParseException {
        List<Address> addresses = HeaderViews.addresses(this, name);
        return addresses.isEmpty() ? null : addresses;
    }

    @Override
    public void setAddressHeader(String name, Address addr) {
        setHeader(name, addr.toString());
    }

    @Override
    public void addAddressHeader(String name, Address addr, boolean first) {
        add(name, addr.toString(), first);
    }

    private void add(String name, String value, boolean first) {
        HeaderName header = free(name);
        write(() -> {
            if (first) {
                edit().addFirst(header, value);
            } else {
                edit().add(header, value);
            }
        });
    }

    @Override
    public @Nullable Parameterable getParameterableHeader(String name) throws ServletParseException {
        List<Parameterable> values = HeaderViews.parameterables(this, name);
        return values.isEmpty() ? null : values.get(0);
    }

    @Override
    public ListIterator<? extends Parameterable> getParameterableHeaders(String name) throws ServletParseException {
        return HeaderViews.parameterables(this, name).listIterator();
    }

    @Override
    public @Nullable List<? extends Parameterable> getParameterableHeaderList(String name)
            throws ServletParseException {
        List<Parameterable> values = HeaderViews.parameterables(this, name);
        return values.isEmpty() ? null : values;
    }

    @Override
    public void setParameterableHeader(String name, Parameterable param) {
        setHeader(name, param.toString());
    }

    @Override
    public void addParameterableHeader(String name, Parameterable param, boolean first) {
        add(name, param.toString(), first);
    }

    @Override
    public int getExpires() {
        return message()
                .headers()
                .first(HeaderName.EXPIRES)
                .map(SipMessage::number)
                .orElse(-1);
    }

    private static int number(String text) {
        try {
            return (int) Math.min(Integer.MAX_VALUE, Long.parseLong(text.strip()));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public void setExpires(int seconds) {
        if (seconds < 0) {
            edit().remove(HeaderName.EXPIRES);
        } else {
            edit().set(HeaderName.EXPIRES, Integer.toString(seconds));
        }
    }

    @Override
    public void setHeaderForm(HeaderForm newForm) {
        form = Objects.requireNonNull(newForm, "form");
    }

    /** Before it leaves: header names in the form the application wants. */
    final void spell() {
        if (form != HeaderForm.DEFAULT) {
            edit().spell(form == HeaderForm.COMPACT);
        }
    }

    @Override
    public HeaderForm getHeaderForm() {
        return form;
    }

    // ---- languages

    @Override
    public @Nullable Locale getAcceptLanguage() {
        Iterator<Locale> locales = getAcceptLanguages();
        return locales.hasNext() ? locales.next() : null;
    }

    @Override
    public Iterator<Locale> getAcceptLanguages() {
        return Languages.preferred(message().headers().values(HeaderName.ACCEPT_LANGUAGE))
                .iterator();
    }

    @Override
    public Set<Locale> getAcceptLanguageSet() {
        return new LinkedHashSet<>(Languages.preferred(message().headers().values(HeaderName.ACCEPT_LANGUAGE)));
    }

    @Override
    public void setAcceptLanguage(Locale locale) {
        edit().set(HeaderName.ACCEPT_LANGUAGE, locale.toLanguageTag());
    }

    @Override
    public void addAcceptLanguage(Locale locale) {
        edit().add(HeaderName.ACCEPT_LANGUAGE, locale.toLanguageTag());
    }

    @Override
    public void setContentLanguage(Locale locale) {
        edit().set(HeaderName.CONTENT_LANGUAGE, locale.toLanguageTag());
    }

    @Override
    public @Nullable Locale getContentLanguage() {
        return message()
                .headers()
                .first(HeaderName.CONTENT_LANGUAGE)
                .map(Locale::forLanguageTag)
                .orElse(null);
    }

    // ---- body

    @Override
    public @Nullable String getContentType() {
        return getHeader("Content-Type");
    }

    @Override
    public void setContentType(String type) {
        write(() -> editBody().set(HeaderName.CONTENT_TYPE, type));
    }

    @Override
    public int getContentLength() {
        return message().bodyLength();
    }

    @Override
    public void setContentLength(int len) {
        requireUncommitted("set the length of");
        if (len != message().bodyLength()) {
            throw new IllegalStateException(
                    "the body of " + describe() + " has " + message().bodyLength() + " bytes, not " + len);
        }
    }

    @Override
    public @Nullable String getCharacterEncoding() {
        return Contents.charset(getContentType());
    }

    /** Throws what both interfaces of a response allow; requests declare the checked exception. */
    final void characterEncoding(String encoding) {
        Contents.require(encoding, this);
        String type = Objects.requireNonNullElse(getContentType(), "text/plain");
        SipParameterable changed = SipParameterable.parse(type, Owner.none());
        changed.setParameter("charset", encoding);
        editBody().set(HeaderName.CONTENT_TYPE, changed.toString());
    }

    @Override
    public byte @Nullable [] getRawContent() {
        byte[] body = message().body();
        return body.length == 0 ? null : body.clone();
    }

    @Override
    public @Nullable Object getContent() throws UnsupportedEncodingException {
        return Contents.decoded(getRawContent(), getContentType());
    }

    @Override
    public void setContent(Object content, String contentType) throws UnsupportedEncodingException {
        requireUncommitted("change the body of");
        byte[] bytes = Contents.encoded(content, contentType, this);
        write(() -> editBody().set(HeaderName.CONTENT_TYPE, contentType));
        editBody().body(bytes);
    }

    // ---- attributes

    @Override
    public @Nullable Object getAttribute(String name) {
        Optional<Object> set = attributes.get(Objects.requireNonNull(name, "attribute name"));
        if (set.isPresent()) {
            return set.get();
        }
        return switch (name) {
            case org.trapezoid.api.Binding.Source.FLOW -> flowToken();
            case Flows.ONWARD -> leadsOnward() ? Boolean.TRUE : null;
            default -> flow.isEmpty() ? null : TlsAttributes.get(name, this instanceof SipRequest, flow);
        };
    }

    /** Whether it is for a client whose flow our Path named. */
    boolean leadsOnward() {
        return false;
    }

    /** What names the flow of a client that its Contact does not lead to. */
    private @Nullable String flowToken() {
        return flow.isPresent() && message() instanceof Request request ? flowToken(flow.get(), request) : null;
    }

    private @Nullable String flowToken(Flow of, Request request) {
        ClientFlow.Way way = ClientFlow.wayToContact(of, request);
        if (way == ClientFlow.Way.CONTACT) {
            return null;
        }
        FlowTokens flows = runtime().services().sender().flows();
        boolean strict = way == ClientFlow.Way.FLOW_ONLY;
        boolean proven =
                attributes.get(Identity.PROVEN).isPresent() || identity().isPresent();
        return proven ? flows.provenTarget(of, strict) : flows.token(of, FlowTokens.Use.TARGET, strict);
    }

    @Override
    public void setAttribute(String name, Object attribute) {
        Objects.requireNonNull(name, "attribute name");
        if (ObjectsOut.isForeign(Objects.requireNonNull(attribute, "attribute value"))) {
            session.appSession().gotObjects();
        }
        attributes.put(name, attribute);
    }

    @Override
    public void removeAttribute(String name) {
        attributes.remove(name);
    }

    @Override
    @Deprecated
    public Enumeration<String> getAttributeNames() {
        return Collections.enumeration(attributeNames());
    }

    @Override
    public Set<String> getAttributeNameSet() {
        return attributeNames();
    }

    private Set<String> attributeNames() {
        return TlsAttributes.names(attributes.names(), this instanceof SipRequest, flow);
    }

    @Override
    public void clearAttributes() {
        attributes.names().forEach(attributes::remove);
    }

    // ---- where it came from

    @Override
    public boolean isSecure() {
        return flow.map(f -> f.protocol().isSecure()).orElse(false);
    }

    @Override
    public @Nullable String getLocalAddr() {
        return flow.map(f -> f.local().getAddress().getHostAddress()).orElse(null);
    }

    @Override
    public int getLocalPort() {
        return flow.map(f -> f.local().getPort()).orElse(-1);
    }

    @Override
    public @Nullable String getRemoteAddr() {
        return flow.map(f -> f.peer().getAddress().getHostAddress()).orElse(null);
    }

    @Override
    public int getRemotePort() {
        return flow.map(f -> f.peer().getPort()).orElse(-1);
    }

    @Override
    public @Nullable String getTransport() {
        return flow.map(f -> f.protocol().viaName()).orElse(null);
    }

    /** How it came to this server, before the first application of a chain (JSR 289 §5.5). */
    Optional<Arrival> arrival() {
        return message().arrival().or(() -> flow.map(SipMessage::arrival));
    }

    static Arrival arrival(Flow over) {
        return new Arrival(over.peer(), over.protocol().viaName(), Optional.empty());
    }

    @Override
    public @Nullable String getInitialRemoteAddr() {
        return flow.isEmpty()
                ? null
                : arrival()
                        .map(from -> from.peer().getAddress().getHostAddress())
                        .orElse(null);
    }

    @Override
    public int getInitialRemotePort() {
        return flow.isEmpty()
                ? -1
                : arrival().map(from -> from.peer().getPort()).orElse(-1);
    }

    @Override
    public @Nullable String getInitialTransport() {
        return flow.isEmpty() ? null : arrival().map(Arrival::transport).orElse(null);
    }

    @Override
    public boolean isInternallyRouted() {
        return flow.map(f -> f instanceof org.trapezoid.sip.transport.LoopbackFlow)
                .orElse(false);
    }

    @Override
    public @Nullable SipWebSocketContext getLocalSipWebSocketContext() {
        return flow.flatMap(each -> SocketView.of(each, runtime.flows())).orElse(null);
    }

    // ---- who sent it

    /** Who was proven to have sent it. */
    Optional<Identity> identity() {
        return Optional.empty();
    }

    @Override
    public @Nullable String getRemoteUser() {
        return identity().map(Identity::name).orElse(null);
    }

    @Override
    public boolean isUserInRole(String role) {
        return identity()
                .filter(who -> runtime().application().isInRole(who, session.handler(), role))
                .isPresent();
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
        return identity().orElse(null);
    }

    @Override
    public SessionKeepAlive.Preference getSessionKeepAlivePreference() {
        KeepAlivePreference preference = keepAlive;
        if (preference == null) {
            preference = new KeepAlivePreference(
                    this, this instanceof SipResponse response ? response.answered() : Optional.empty());
            keepAlive = preference;
        }
        return preference;
    }

    /** Whether the application has asked for a session timer in it. */
    final boolean keepsAlive() {
        return keepAlive != null && keepAlive.isChosen();
    }

    @Override
    public void pushPath(Address uri) {
        if (!getMethod().equals("REGISTER")) {
            throw new IllegalStateException("Path belongs to REGISTER, this is a " + describe());
        }
        edit().addFirst(HeaderName.PATH, uri.toString());
    }

    @Override
    public void pushLocalPath() {
        pushPath(new SipAddress(new NameAddr(
                Optional.empty(),
                runtime.factory().localUri().withParameter("lr", ""),
                org.trapezoid.sip.uri.Parameters.EMPTY)));
    }

    @Override
    public String toString() {
        return message().toString();
    }
}
