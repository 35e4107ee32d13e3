// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The location service of RFC 3261 §10: the contacts of each address-of-record. A registrar writes it, a proxy or a
 * back-to-back user agent looks contacts up. Thread-safe.
 *
 * <p>The applications of a server share one service. An application gets it by injection or as the context attribute
 * {@link #ATTRIBUTE}.
 *
 * <p>Addresses-of-record are given as canonical texts, see {@link #addressOfRecord(String)}, and compared as such.
 * Contacts are compared by the URI rules of RFC 3261 §19.1.4, or as flows of an instance, see {@link #isSame}; an
 * address-of-record never has two bindings that are the same. A binding ends by itself at its {@link Binding#expiry()}.
 *
 * <p>A registrar that follows RFC 3261 §10.3 changes all contacts a REGISTER names, or none:
 *
 * <pre>{@code
 * @Inject
 * private LocationService locations;
 *
 * @Override
 * protected void doRegister(SipServletRequest req) throws ServletException, IOException {
 *     String aor = locations.addressOfRecord(req.getTo().getURI().toString());
 *     long cseq = Long.parseLong(req.getHeader("CSeq").split(" ")[0]);
 *     List<Binding> contacts = contactsOf(req, aor, cseq); // with the expiry now where expires is 0
 *     List<Binding> result;
 *     try {
 *         result = locations.update(aor, current -> {
 *             List<Binding> next = new ArrayList<>(current);
 *             for (Binding contact : contacts) {
 *                 for (Binding old : current) {
 *                     if (locations.isSame(old, contact)) {
 *                         if (!old.mayBeChangedBy(req.getCallId(), cseq)) {
 *                             throw new OutOfOrderException(); // the application's own; nothing changes
 *                         }
 *                         next.remove(old);
 *                     }
 *                 }
 *                 next.add(contact);
 *             }
 *             return next;
 *         });
 *     } catch (OutOfOrderException e) {
 *         req.createResponse(SipServletResponse.SC_SERVER_INTERNAL_ERROR).send();
 *         return;
 *     }
 *     SipServletResponse ok = req.createResponse(SipServletResponse.SC_OK);
 *     for (Binding binding : result) {
 *         long expires = Duration.between(Instant.now(), binding.expiry()).toSeconds();
 *         ok.addHeader("Contact", "<" + binding.contact() + ">;expires=" + expires);
 *     }
 *     ok.send();
 * }
 * }</pre>
 *
 * <p>A proxy forks to the contacts of the called party, best first:
 *
 * <pre>{@code
 * List<URI> targets = new ArrayList<>();
 * for (String target : locations.targets(locations.addressOfRecord(req.getRequestURI().toString()))) {
 *     targets.add(factory.createURI(target));
 * }
 * req.getProxy().proxyTo(targets);
 * }</pre>
 */
public interface LocationService {

    /** The context attribute that holds the service. */
    String ATTRIBUTE = "org.trapezoid.api.LocationService";

    /**
     * {@return the bindings of an address-of-record that have not ended: highest {@code q} first, among equals the one
     * made or refreshed last first; an immutable snapshot, empty if there are none}
     *
     * @param addressOfRecord the address-of-record in canonical form
     */
    List<Binding> lookup(String addressOfRecord);

    /**
     * Changes the bindings of an address-of-record in one step: no other change of it happens in between, and a lookup
     * sees the bindings before or after it.
     *
     * <p>Of several bindings of one contact in the result the last one counts. Bindings in the result that have ended
     * are removed. Listeners are told afterwards.
     *
     * @param addressOfRecord the address-of-record in canonical form
     * @param change takes the current bindings in the order of {@link #lookup(String)}, an immutable list, and returns
     *     all bindings it shall have from now on. It does not call this service except {@link #sameContact}, does not
     *     block, and has no effect but its result, since it may be called again if another change came first. If it
     *     throws, nothing changes and the caller gets the exception.
     * @return the bindings after the change, as {@link #lookup(String)} would return them
     * @throws IllegalArgumentException if a binding in the result is of another address-of-record, or its contact is not
     *     a URI; nothing changes then
     */
    List<Binding> update(String addressOfRecord, UnaryOperator<List<Binding>> change);

    /**
     * Adds a binding, or refreshes the one of the same contact.
     *
     * @param binding the binding; one that has ended removes the contact
     * @return the binding it took the place of, if there was one
     * @throws IllegalArgumentException if the contact is not a URI
     */
    Optional<Binding> bind(Binding binding);

    /**
     * Removes the binding of a contact.
     *
     * @param addressOfRecord the address-of-record in canonical form
     * @param contact the URI of the contact
     * @return the binding that was removed, if there was one
     * @throws IllegalArgumentException if the contact is not a URI
     */
    Optional<Binding> unbind(String addressOfRecord, String contact);

    /**
     * Removes all bindings of an address-of-record.
     *
     * @param addressOfRecord the address-of-record in canonical form
     * @return the bindings that were removed, in the order of {@link #lookup(String)}
     */
    List<Binding> unbindAll(String addressOfRecord);

    /** {@return the addresses-of-record that have a binding, in no order; an immutable snapshot} */
    Set<String> addressesOfRecord();

    /**
     * {@return the canonical form of an address-of-record: without password, parameters and headers, escapes undone where
     * they are not needed, scheme and host in lower case (RFC 3261 §10.3 step 5)}
     *
     * @param uri the URI of the To header field of a REGISTER, or the Request-URI of a request for the user
     * @throws IllegalArgumentException if it is not a URI
     */
    String addressOfRecord(String uri);

    /**
     * {@return the targets for a request to an address-of-record, best first: one for each instance of a user agent, with its
     * flows one after another (RFC 5626 §7), and one for each other contact}
     *
     * @param addressOfRecord the address-of-record in canonical form
     */
    default List<String> targets(String addressOfRecord) {
        return targets(lookup(addressOfRecord));
    }

    /**
     * {@return the same for some bindings}
     *
     * @param bindings bindings of one address-of-record, best first
     */
    default List<String> targets(List<Binding> bindings) {
        List<String> targets = new ArrayList<>(bindings.size());
        Set<String> instances = new HashSet<>();
        for (int i = 0; i < bindings.size(); i++) {
            Binding first = bindings.get(i);
            if (first.regId() == 0) {
                targets.add(first.target());
            } else if (instances.add(first.instance())) {
                List<Binding> next = new ArrayList<>(0);
                for (Binding other : bindings.subList(i + 1, bindings.size())) {
                    if (other.regId() != 0 && other.instance().equals(first.instance())) {
                        next.add(other);
                    }
                }
                targets.add(first.target(next));
            }
        }
        return targets;
    }

    /**
     * {@return the bindings that a GRUU stands for (RFC 5627), best first, none if its instance is not registered or a
     * temporary one has ended; empty if the URI is no GRUU}
     *
     * @param uri a Request-URI
     * @throws IllegalArgumentException if it is not a URI
     */
    Optional<List<Binding>> instance(String uri);

    /**
     * {@return the public GRUU of a binding's instance (RFC 5627 §3.1.1), empty if it has no instance}
     *
     * @param binding a binding
     */
    Optional<String> publicGruu(Binding binding);

    /**
     * {@return a new temporary GRUU of a binding's instance (RFC 5627 §3.1.2), empty if it has no instance. Nothing is kept
     * for it; it counts as long as the instance is registered and registers with the same Call-ID}
     *
     * @param binding a binding
     */
    Optional<String> temporaryGruu(Binding binding);

    /**
     * {@return whether a binding takes the place of another: that of the same flow of the same instance (RFC 5626 §6), of the
     * same contact if one of them has no {@code reg-id}}
     *
     * @param binding a binding
     * @param other another one of the same address-of-record
     */
    default boolean isSame(Binding binding, Binding other) {
        boolean flows = binding.regId() != 0 && other.regId() != 0;
        return flows
                ? (binding.regId() == other.regId() && binding.instance().equals(other.instance()))
                : sameContact(binding.contact(), other.contact());
    }

    /**
     * {@return whether two contacts are the same by RFC 3261 §19.1.4}
     *
     * @param contact a URI
     * @param other another URI
     * @throws IllegalArgumentException if one of them is not a URI
     */
    boolean sameContact(String contact, String other);

    /**
     * Adds a listener; adding one again has no effect.
     *
     * @param listener told of changes from now on
     */
    void addListener(Listener listener);

    /**
     * Removes a listener. An application removes its listeners when it is stopped.
     *
     * @param listener told of no further change; one that was not added is ignored
     */
    void removeListener(Listener listener);

    /**
     * Is told of changes, after they were made, in their order for each address-of-record. It is called on threads of
     * the container, for different addresses-of-record at the same time, and does not block. What it throws is logged.
     *
     * <pre>{@code
     * locations.addListener(new LocationService.Listener() {
     *     @Override
     *     public void bound(Binding binding) {
     *         deliverStoredMessages(binding.addressOfRecord());
     *     }
     * });
     * }</pre>
     */
    interface Listener {

        /**
         * {@return whether it is told of the changes that other nodes of a cluster made, too. Not unless overridden: what is to be
         * done once for each change is done by the node that made it}
         */
        default boolean isToldOfOtherNodes() {
            return false;
        }

        /**
         * A contact was added. Does nothing unless overridden.
         *
         * @param binding the new binding
         */
        default void bound(Binding binding) {}

        /**
         * A binding was replaced by one of the same contact. Does nothing unless overridden.
         *
         * @param before the binding that was replaced
         * @param now the binding that is in force
         */
        default void refreshed(Binding before, Binding now) {}

        /**
         * A contact was removed before its time. Does nothing unless overridden.
         *
         * @param binding the binding that was removed
         */
        default void unbound(Binding binding) {}

        /**
         * A binding ended because it was not refreshed. Does nothing unless overridden.
         *
         * @param binding the binding that ended
         */
        default void expired(Binding binding) {}
    }
}
