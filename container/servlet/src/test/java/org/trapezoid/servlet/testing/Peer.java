// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.transport.Protocol;

/** A phone of a test: sends what the test says and takes what came, one message after the other. */
public final class Peer {

    private final TestServer server;
    private final String name;
    private final FakeTransport transport;
    private final InetSocketAddress address;
    private final InetSocketAddress own;
    private int taken;
    private int branches;

    /** @param own the address it takes for its own: behind a NAT not the one others see */
    Peer(TestServer server, String name, FakeTransport transport, InetSocketAddress address, InetSocketAddress own) {
        this.server = server;
        this.name = name;
        this.transport = transport;
        this.address = address;
        this.own = own;
    }

    /** The address it is seen at. */
    public InetSocketAddress address() {
        return address;
    }

    /** As a URI writes it. */
    public String host() {
        String address = own.getAddress().getHostAddress();
        return address.indexOf(':') < 0 ? address : '[' + address + ']';
    }

    public String contact() {
        String uri = "sip:" + name + '@' + host() + ':' + own.getPort();
        return protocol() == Protocol.UDP
                ? uri
                : uri + ";transport=" + protocol().parameter();
    }

    private Protocol protocol() {
        return transport.listener().protocol();
    }

    /** A request outside a dialog. */
    public Request.Builder request(Method method, String uri) {
        return Request.builder(method, org.trapezoid.sip.uri.Uri.parse(uri))
                .add(HeaderName.VIA, via())
                .add(HeaderName.MAX_FORWARDS, "70")
                .add(HeaderName.FROM, "<sip:" + name + "@a.test>;tag=" + name)
                .add(HeaderName.TO, "<" + uri + ">")
                .add(HeaderName.CALL_ID, "call-of-" + name)
                .add(HeaderName.CSEQ, "1 " + method.name())
                .add(HeaderName.CONTACT, "<" + contact() + ">");
    }

    /** Its branch is no other one's, though the same phone may speak to several servers. */
    private String via() {
        branches++;
        String seenBy = server.udp.listener().bound().getAddress().getHostAddress();
        String there = seenBy.equals(TestServer.HOST) ? "" : '.' + seenBy;
        return "SIP/2.0/" + protocol().viaName() + ' ' + host() + ':' + own.getPort()
                + (own.equals(address) ? "" : ";rport") + ";branch=z9hG4bK" + name + branches + there;
    }

    /** A request of the caller in the dialog that a 2xx made, along its route set. */
    public Request.Builder inDialog(Method method, Request invite, Response success, int cseq) {
        List<String> recordRoutes = success.headers().values(HeaderName.RECORD_ROUTE);
        NameAddr target =
                NameAddr.parse(success.headers().first(HeaderName.CONTACT).orElseThrow());
        Request.Builder request = Request.builder(method, target.uri())
                .add(HeaderName.VIA, via())
                .add(HeaderName.MAX_FORWARDS, "70")
                .add(HeaderName.FROM, invite.from().toString())
                .add(HeaderName.TO, success.to().toString())
                .add(HeaderName.CALL_ID, invite.callId())
                .add(HeaderName.CSEQ, cseq + " " + method.name())
                .add(HeaderName.CONTACT, "<" + contact() + ">");
        for (int i = recordRoutes.size() - 1; i >= 0; i--) {
            request.add(HeaderName.ROUTE, recordRoutes.get(i));
        }
        return request;
    }

    /** A request of the callee in the dialog that its 2xx made, along the route set of the INVITE it got. */
    public Request.Builder fromCallee(Method method, Request invite, Response success, int cseq) {
        NameAddr target =
                NameAddr.parse(invite.headers().first(HeaderName.CONTACT).orElseThrow());
        Request.Builder request = Request.builder(method, target.uri())
                .add(HeaderName.VIA, via())
                .add(HeaderName.MAX_FORWARDS, "70")
                .add(HeaderName.FROM, success.to().toString())
                .add(HeaderName.TO, invite.from().toString())
                .add(HeaderName.CALL_ID, invite.callId())
                .add(HeaderName.CSEQ, cseq + " " + method.name())
                .add(HeaderName.CONTACT, "<" + contact() + ">");
        invite.headers().values(HeaderName.RECORD_ROUTE).forEach(route -> request.add(HeaderName.ROUTE, route));
        return request;
    }

    /** An answer with this peer's tag and Contact. */
    public Response.Builder answer(Request request, int status) {
        Response.Builder response = Response.to(request, status);
        if (status > 100 && request.toTag().isEmpty()) {
            response.set(HeaderName.TO, request.to().withTag("to-" + name).toString());
        }
        return response.set(HeaderName.CONTACT, "<" + contact() + ">");
    }

    /** For a request that has no final response yet (RFC 3261 section 9.1). */
    public static Request cancel(Request invite) {
        return ofTransaction(Method.CANCEL, invite, invite.to());
    }

    /** For an error response (RFC 3261 section 17.1.1.3). */
    public static Request ack(Request invite, Response refusal) {
        return ofTransaction(Method.ACK, invite, refusal.to());
    }

    private static Request ofTransaction(Method method, Request invite, NameAddr to) {
        return Request.builder(method, invite.uri())
                .add(HeaderName.VIA, invite.headers().first(HeaderName.VIA).orElseThrow())
                .add(HeaderName.MAX_FORWARDS, "70")
                .add(HeaderName.FROM, invite.from().toString())
                .add(HeaderName.TO, to.toString())
                .add(HeaderName.CALL_ID, invite.callId())
                .add(HeaderName.CSEQ, invite.cseq().number() + " " + method)
                .build();
    }

    public <M extends Message> M send(M message) {
        transport.receive(address, message);
        server.advance(Duration.ZERO); // what the server sends to itself arrives at once
        return message;
    }

    public Request send(Request.Builder request) {
        return send(request.build());
    }

    public Response send(Response.Builder response) {
        return send(response.build());
    }

    /** The next message that came; fails when there is none. */
    public Message next() {
        List<Message> all = transport.sentTo(address);
        if (taken >= all.size()) {
            throw new AssertionError(name + " got nothing more; all it got: " + all);
        }
        return all.get(taken++);
    }

    public Request nextRequest(Method method) {
        Message next = next();
        if (next instanceof Request request && request.method().equals(method)) {
            return request;
        }
        throw new AssertionError(name + " expected " + method + " and got\n" + next);
    }

    public Response nextResponse(int status) {
        Message next = next();
        if (next instanceof Response response && response.status() == status) {
            return response;
        }
        throw new AssertionError(name + " expected " + status + " and got\n" + next);
    }

    /** What came and was not taken. */
    public List<Message> rest() {
        List<Message> all = transport.sentTo(address);
        return all.subList(taken, all.size());
    }
}
