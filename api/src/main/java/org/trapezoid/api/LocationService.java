// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

import java.util.List;

/**
 * The location service of RFC 3261 §10: the contacts of each address-of-record. A registrar writes it, a proxy or a
 * back-to-back user agent looks contacts up. Thread-safe.
 *
 * <p>One service is shared by the applications of a server. An application gets it by injection or as the context
 * attribute {@link #ATTRIBUTE}.
 *
 * <p>Addresses-of-record are canonical texts (see {@link Binding#addressOfRecord()}) and are compared as such. Contacts
 * are compared by the URI rules of RFC 3261 §19.1.4; an address-of-record never has two bindings of one contact, and if
 * two contacts have the same {@code +sip.instance} and {@code reg-id} (RFC 5626 §6) the later one takes the place of the
 * former.
 *
 * <p>A registrar that follows RFC 3261 §10.3 changes all contacts of a REGISTER, or none:
 *
 * <pre>{@code
 * @SipServlet
 * public class Registrar extends jakarta.servlet.sip.SipServlet {
 *     @Inject
 *     private LocationService locations;
 *
 *     @Override
 *     protected void doRegister(SipServletRequest req) throws ServletException, IOException {
 *         String aor = canonical(req.getTo().getURI());
 *         List<Binding> asked = contactsOf(req, aor);         // expired ones are to be removed
 *         String callId = req.getCallId();
 *         long cseq = Long.parseLong(req.getHeader("CSeq").split(" ")[0]);
 *         List<Binding> result;
 *         try {
 *             result = locations.update(aor, current -> {
 *                 List<Binding> next = new ArrayList<>(current);
 *                 for (Binding contact : asked) {
 *                     locations.find(current, contact.contact()).ifPresent(old -> {
 *                         if (!old.mayBeChangedBy(callId, cseq)) {
 *                             throw new OutOfOrderException();    // leaves every binding as it was
 *                         }
 *                         next.remove(old);
 *                     });
 *                     next.add(contact);
 *                 }
 *                 return next;
 *             });
 *         } catch (OutOfOrderException e) {
 *             req.createResponse(SipServletResponse.SC_SERVER_INTERNAL_ERROR).send();
 *             return;
 *         }
 *         SipServletResponse ok = req.createResponse(SipServletResponse.SC_OK);
 *         for (Binding binding : result) {
 *             ok.addHeader("Contact", "<" + binding.contact() + ">;expires=" + secondsTo(binding.expiry()));
 *         }
 *         ok.send();
 *     }
 * }
 * }</pre>
 */
public interface LocationService {

    /** The context attribute that holds the service. */
    String ATTRIBUTE = "org.trapezoid.api.LocationService";

    /**
     * {@return the bindings of an address-of-record that have not expired: highest {@code q} first, among equals the one
     * made or refreshed last first; an immutable snapshot, empty if there are none}
     *
     * @param addressOfRecord the address-of-record in canonical form
     */
    List<Binding> lookup(String addressOfRecord);
}
