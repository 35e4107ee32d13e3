// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/**
 * A user agent as it is sold: calls and is called by plan, retransmits, and notes what no server may do. It sends what begins
 * something to its server, everything else along its route. Confined to the thread of the test.
 */
public final class Phone implements Endpoint {

    /** A request outside of a call, and what became of it. */
    public static final class Asked {
        private final Request request;
        private int status;
        private boolean ended;

        private Asked(Request request) {
            this.request = request;
        }

        public Request request() {
            return request;
        }

        /** Of the final response; 0 without one. */
        public int status() {
            return status;
        }

        public boolean isEnded() {
            return ended;
        }
    }

    private final VirtualNetwork network;
    private final RandomGenerator random;
    private final Ladder ladder;
    private final Findings findings;
    private final String name;
    private final InetSocketAddress address;
    private final Protocol protocol;
    private final InetSocketAddress server;
    private final PhoneTransactions transactions;
    private final MessageParser parser = new MessageParser(Limits.DEFAULT);
    private final Set<InetSocketAddress> lost = new HashSet<>();
    private final List<PhoneCall> calls = new ArrayList<>();
    private final Map<String, PhoneCall> byLocalTag = new HashMap<>();
    private final Map<String, PhoneCall> byInvite = new HashMap<>();
    private final List<Asked> asked = new ArrayList<>();
    private final List<Request> answered = new ArrayList<>();
    private Supplier<CallPlan> plans = () -> CallPlan.PLAIN;
    private boolean bewildered;
    private boolean off;

    /** Attaches itself to the network. */
    public Phone(
            VirtualNetwork network,
            ManualClock clock,
            RandomGenerator random,
            Ladder ladder,
            Findings findings,
            String name,
            Protocol protocol,
            InetSocketAddress address,
            InetSocketAddress server) {
        this.network = network;
        this.random = random;
        this.ladder = ladder;
        this.findings = findings;
        this.name = name;
        this.address = address;
        this.protocol = protocol;
        this.server = server;
        this.transactions = new PhoneTransactions(
                name, protocol.isReliable(), clock, this::send, new Incoming(), findings, this::act);
        network.attach(this);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Protocol protocol() {
        return protocol;
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    /** The URI it is reached at. */
    public String contact() {
        String transport = protocol.isReliable() ? ";transport=" + protocol.parameter() : "";
        return "sip:" + name + '@' + hostPort() + transport;
    }

    private String hostPort() {
        return address.getAddress().getHostAddress() + ':' + address.getPort();
    }

    /** How it reacts to the calls it gets. */
    public void reacts(Supplier<CallPlan> newPlans) {
        plans = newPlans;
    }

    /** What it cannot make sense of from now on, it lets be: nothing can be said of it. */
    public void bewilder() {
        bewildered = true;
    }

    /** Its battery is empty: it does nothing any more. */
    public void switchOff() {
        off = true;
    }

    private void act(Runnable what) {
        if (off) {
            return;
        }
        try {
            what.run();
        } catch (RuntimeException e) {
            if (!bewildered) {
                throw e;
            }
            note("does not know what to do: " + e);
        }
    }

    /** Calls somebody. */
    public PhoneCall call(String uri, CallPlan plan) {
        PhoneCall call = new PhoneCall(this, plan);
        calls.add(call);
        call.dial(uri);
        return call;
    }

    /** Sends a request outside of a call to its server. */
    public Asked ask(Method method, String uri, Consumer<Request.Builder> more) {
        Request.Builder builder = request(method, uri, newTag(), "a" + hex(), 1);
        more.accept(builder);
        Asked one = new Asked(builder.build());
        asked.add(one);
        transactions.ask(one.request, server, new PhoneTransactions.Asker() {
            @Override
            public void onFinal(Response response) {
                one.status = response.status();
                one.ended = true;
            }

            @Override
            public void onSilence() {
                one.ended = true;
            }
        });
        return one;
    }

    /** All calls it made or got. */
    public List<PhoneCall> calls() {
        return calls;
    }

    /** All it asked outside of calls. */
    public List<Asked> asked() {
        return asked;
    }

    /** Requests outside of calls that it got and answered 200. */
    public List<Request> answered() {
        return answered;
    }

    /** Whether a request of this phone found no answer at all. */
    public boolean wasLeftAlone() {
        return transactions.wasLeftAlone();
    }

    /** Nothing goes on here. */
    public boolean isIdle() {
        return transactions.isIdle() && calls.stream().allMatch(PhoneCall::isOver);
    }

    // ---- for its calls

    PhoneTransactions transactions() {
        return transactions;
    }

    RandomGenerator random() {
        return random;
    }

    InetSocketAddress server() {
        return server;
    }

    void wrong(String what) {
        findings.add(name, what);
    }

    void note(String what) {
        ladder.note(name, what);
    }

    void knownBy(String localTag, PhoneCall call) {
        byLocalTag.put(localTag, call);
    }

    String newTag() {
        return name + '-' + hex();
    }

    String hex() {
        return Long.toHexString(random.nextLong());
    }

    String via() {
        return "SIP/2.0/" + protocol.viaName() + ' ' + hostPort() + ";branch=z9hG4bK-" + name + '-' + hex() + ";rport";
    }

    Request.Builder request(Method method, String uri, String fromTag, String callId, long cseq) {
        return Request.builder(method, Uri.parse(uri))
                .add(HeaderName.VIA, via())
                .add(HeaderName.MAX_FORWARDS, "70")
                .add(HeaderName.FROM, "<sip:" + name + "@a.test>;tag=" + fromTag)
                .add(HeaderName.TO, "<" + uri + ">")
                .add(HeaderName.CALL_ID, callId)
                .add(HeaderName.CSEQ, cseq + " " + method.name())
                .add(HeaderName.CONTACT, "<" + contact() + ">");
    }

    /** Where a request goes by its route, RFC 3261 §8.1.2; all hosts here are addresses. */
    InetSocketAddress nextHop(Request request) {
        Uri next = request.topRoute().map(route -> route.uri()).orElse(request.uri());
        if (next instanceof SipUri sip) {
            return new InetSocketAddress(sip.host(), sip.hostPort().portOr(5060));
        }
        throw new IllegalStateException("no address in " + next);
    }

    void send(InetSocketAddress to, Message message, Runnable onFailure) {
        InetSocketAddress target = to;
        if (message instanceof Response response && lost.contains(to)) { // RFC 3261 §18.2.2
            target = new InetSocketAddress(
                    response.topVia().sentBy().host(),
                    response.topVia().sentBy().portOr(5060));
        }
        network.send(this, target, message, cause -> act(onFailure));
    }

    // ---- from the network

    @Override
    public void receive(InetSocketAddress from, byte[] message) {
        act(() -> read(from, message));
    }

    private void read(InetSocketAddress from, byte[] message) {
        lost.remove(from);
        ParseResult result = parser.parseDatagram(message, 0, message.length);
        if (result instanceof ParseResult.Parsed parsed) {
            if (parsed.message() instanceof Request request) {
                transactions.receive(from, request);
            } else if (parsed.message() instanceof Response response) {
                transactions.receive(response);
            }
        } else {
            wrong("got a malformed message: " + result);
        }
    }

    @Override
    public void closed(InetSocketAddress peer) {
        lost.add(peer);
    }

    private final class Incoming implements PhoneTransactions.User {

        @Override
        public void onRequest(PhoneTransactions.Serving serving) {
            Request request = serving.request();
            if (request.toTag().isPresent()) {
                PhoneCall call = byLocalTag.get(request.toTag().get());
                if (call == null) {
                    serving.respond(Response.to(request, 481).build());
                } else {
                    call.onRequest(serving);
                }
            } else if (request.method().equals(Method.INVITE)) {
                PhoneCall call = new PhoneCall(Phone.this, plans.get());
                calls.add(call);
                byInvite.put(request.topBranch().orElse(""), call);
                call.ring(serving);
            } else {
                answered.add(request);
                serving.respond(Response.to(request, 200).toTag(newTag()).build());
            }
        }

        @Override
        public void onAck(Request ack) {
            PhoneCall call = byLocalTag.get(ack.toTag().orElse(""));
            if (call == null) {
                wrong("got an ACK for nothing: " + ack.callId());
            } else {
                call.onAck(ack);
            }
        }

        @Override
        public void onCancel(PhoneTransactions.Serving invite) {
            PhoneCall call = byInvite.get(invite.request().topBranch().orElse(""));
            PhoneCall later = byLocalTag.get(invite.request().toTag().orElse(""));
            if (call != null) {
                call.onCancel();
            } else if (later != null) {
                later.onCancel(invite);
            }
        }

        @Override
        public void onNoAck(PhoneTransactions.Serving invite) {
            PhoneCall call = byLocalTag.get(invite.request().toTag().orElse(""));
            PhoneCall initial = byInvite.get(invite.request().topBranch().orElse(""));
            if (initial != null) {
                initial.onNoAck(invite);
            } else if (call != null) {
                call.onNoAck(invite);
            }
        }
    }
}
