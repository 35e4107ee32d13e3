// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.ServletDescriptor;
import org.trapezoid.servlet.session.Identity;
import org.trapezoid.sip.auth.DigestAuthenticator.Outcome;
import org.trapezoid.sip.auth.Verdict;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.LoopbackFlow;

/**
 * Keeps the security constraints of one application (JSR 289 §14, JSR 359): transport, asserted identity, digest, role, in this
 * order. For initial requests, which ACK and CANCEL never are. Thread-safe.
 */
public final class Guard {
    static final int PROXY_AUTHENTICATION_REQUIRED = 407;

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private final String application;
    private final Constraints constraints;
    private final Login login;
    private final Map<String, Map<String, String>> roleLinks = new LinkedHashMap<>();
    private final Supplier<Realms> realms;
    private final Predicate<Flow> vouches;

    /**
     * @param realms where its users are kept at present
     * @param vouches which flows lead to peers who are believed what they say about others
     */
    public Guard(AppDescriptor descriptor, Supplier<Realms> realms, Predicate<Flow> vouches) {
        this.application = descriptor.name();
        this.constraints = Constraints.of(descriptor);
        this.login = Login.of(descriptor);
        this.realms = realms;
        this.vouches = vouches;
        for (ServletDescriptor each : descriptor.servlets()) {
            roleLinks.put(each.name(), each.roleLinks());
        }
    }

    /** What is asked of a request before a servlet gets it; mostly nothing. */
    public Optional<Requirement> requirement(String servlet, Request request) {
        return constraints.of(servlet, request.method().name());
    }

    /** Whether {@link #admit} has to wait for a store of users: then not on a thread that reads messages. */
    public boolean waits(Requirement requirement, Request request, Flow flow) {
        if (!requirement.asksWho()) {
            return false;
        }
        Realms users = realms.get();
        if (!users.accounts().isRemote()) {
            return false;
        }
        Optional<String> asserted = asserted(request, flow);
        return asserted.isPresent()
                ? users.accounts().waits(asserted.get(), login.realm())
                : users.waits(login.realm(), request, credentials(requirement));
    }

    /**
     * What becomes of a request. Not in a core section.
     *
     * @param known whom it is known to come from already; only another application of this server is believed it here
     * @throws AccountsException when it cannot be found out who is admitted
     */
    public Admission admit(Requirement requirement, Request request, Flow flow, Optional<Identity> known) {
        if (requirement.admitsNobody() || (requirement.secure() && !isSecure(flow))) {
            return refused(FORBIDDEN);
        }
        if (!requirement.asksWho()
                || (flow instanceof LoopbackFlow
                        && known.filter(requirement::admits).isPresent())) {
            return new Admission.Admitted(believable(request, flow), known);
        }
        Realms users = realms.get();
        Optional<String> asserted = asserted(request, flow);
        if (asserted.isPresent()) {
            return admitted(requirement, request, asserted.get(), users);
        }
        if (login.assertionRequired() || !login.digest()) {
            return refused(FORBIDDEN);
        }
        HeaderName header = credentials(requirement);
        Outcome outcome = users.verify(login.realm(), request, header, flow instanceof LoopbackFlow);
        if (outcome.verdict() == Verdict.ACCEPTED && outcome.user().isPresent()) {
            return admitted(
                    requirement, believable(request, flow), outcome.user().get(), users);
        }
        return new Admission.Refused(
                requirement.proxy() ? PROXY_AUTHENTICATION_REQUIRED : UNAUTHORIZED,
                users.challenges(login.realm(), outcome.verdict() == Verdict.STALE));
    }

    private Admission admitted(Requirement requirement, Request request, String user, Realms users) {
        Identity sender = new Identity(user, users.roles(user, login.realm()));
        return requirement.admits(sender) ? new Admission.Admitted(request, Optional.of(sender)) : refused(FORBIDDEN);
    }

    private static Admission refused(int status) {
        return new Admission.Refused(status, List.of());
    }

    /** What another application here sends may have come in any way. */
    private static boolean isSecure(Flow flow) {
        return flow.protocol().isSecure() && !(flow instanceof LoopbackFlow);
    }

    private static HeaderName credentials(Requirement requirement) {
        return requirement.proxy() ? HeaderName.PROXY_AUTHORIZATION : HeaderName.AUTHORIZATION;
    }

    private Optional<String> asserted(Request request, Flow flow) {
        return switch (login.assertion()) {
            case P_ASSERTED_IDENTITY ->
                vouches.test(flow) ? AssertedIdentity.user(request, login.realm()) : Optional.empty();
            case WEBSOCKET -> WebSocketOpening.user(flow, application, login.realm());
            case NONE, IDENTITY -> Optional.empty();
        };
    }

    /** An application that asks for asserted identities does not see one that nobody vouches for. */
    private Request believable(Request request, Flow flow) {
        if (!login.believesPeers() || vouches.test(flow) || !request.headers().has(HeaderName.P_ASSERTED_IDENTITY)) {
            return request;
        }
        return request.toBuilder().remove(HeaderName.P_ASSERTED_IDENTITY).build();
    }

    /** Whether a sender has the role that a servlet calls so (JSR 289 §14.3). */
    public boolean isInRole(Identity sender, String servlet, String role) {
        String name = roleLinks.getOrDefault(servlet, Map.of()).getOrDefault(role, role);
        return sender.roles().contains(name);
    }
}
