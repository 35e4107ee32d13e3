// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.HostPort;

/**
 * What a message and its transaction have in common, RFC 3261 §17.1.3 and §17.2.3. Immutable; the hash is computed once.
 * Comparable, so that a peer who chooses branches with equal hashes makes a table slower by a logarithm only.
 */
final class TransactionKey implements Comparable<TransactionKey> {
    private static final int UDP_PORT = 5060;
    private static final char SEPARATOR = '\n'; // in no header field value

    private final String id; // branch, sent-by and its port; one text, since many keys are kept for long
    private final String method;
    private final int hash;

    private TransactionKey(String id, String method) {
        this.id = id;
        this.method = method;
        this.hash = id.hashCode() * 31 + method.hashCode();
    }

    /** The key of a client transaction, and of the responses to it. */
    static TransactionKey client(String branch, String method) {
        return new TransactionKey(branch, method);
    }

    /** The same with another method: a CANCEL has its INVITE's branch. */
    TransactionKey withMethod(Method other) {
        return new TransactionKey(id, other.name());
    }

    /** The key of the server transaction which {@code request} makes or repeats; an ACK has its INVITE's. */
    static TransactionKey server(Request request) {
        Method method = request.method();
        return method.equals(Method.ACK) ? acknowledged(request) : of(request, method.name());
    }

    /** The key a request of {@code method} has that {@code cancel} would cancel, RFC 3261 §9.2. */
    static TransactionKey cancelled(Request cancel, Method method) {
        return of(cancel, method.name());
    }

    /** The key by which an ACK finds {@code invite}. Not its own key when the peer follows RFC 2543. */
    static TransactionKey acknowledged(Request inviteOrAck) {
        Via via = inviteOrAck.topVia();
        if (via.isRfc3261()) {
            return of(via, Method.INVITE.name());
        }
        // The ACK's To tag is the one of our response, which the INVITE cannot have: the transaction compares it.
        return rfc2543(inviteOrAck, "", Method.ACK.name());
    }

    private static TransactionKey of(Request request, String method) {
        Via via = request.topVia();
        return via.isRfc3261()
                ? of(via, method)
                : rfc2543(request, request.toTag().orElse(""), method);
    }

    private static TransactionKey of(Via via, String method) {
        HostPort sentBy = via.sentBy();
        int port = sentBy.hasPort() ? sentBy.port() : defaultPort(via);
        String branch = via.branch().orElseThrow();
        return new TransactionKey(
                branch + SEPARATOR + HostPort.canonicalHost(sentBy.host()) + SEPARATOR + port, method);
    }

    private static int defaultPort(Via via) {
        return Protocol.of(via.transport()).map(Protocol::defaultPort).orElse(UDP_PORT);
    }

    private static TransactionKey rfc2543(Request request, String toTag, String method) {
        String identity = request.uriText()
                + SEPARATOR
                + toTag
                + SEPARATOR
                + request.fromTag().orElse("")
                + SEPARATOR
                + request.callId()
                + SEPARATOR
                + request.cseq().number()
                + SEPARATOR
                + request.topVia();
        return new TransactionKey(identity, method);
    }

    /** The name of the method it is for. */
    String method() {
        return method;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TransactionKey that
                && hash == that.hash
                && id.equals(that.id)
                && method.equals(that.method);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public int compareTo(TransactionKey that) {
        int order = id.compareTo(that.id);
        return order != 0 ? order : method.compareTo(that.method);
    }

    @Override
    public String toString() {
        return id.replace(SEPARATOR, ' ');
    }
}
