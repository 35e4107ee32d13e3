// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

/**
 * Decides whether a POJO method takes a message (JSR 359). The container makes the object by its public constructor
 * without parameters and calls it for each message that could go to the method; it has no side effects.
 *
 * <pre>{@code
 * @Retention(RUNTIME)
 * @Target(METHOD)
 * @SipPredicate(FromBoss.Test.class)
 * @interface FromBoss {
 *     class Test implements Predicate<SipServletRequest> {
 *         public boolean apply(SipServletRequest request) {
 *             return request.getFrom().getURI().toString().startsWith("sip:boss@");
 *         }
 *     }
 * }
 * }</pre>
 *
 * @param <M> the kind of message
 * @see jakarta.servlet.sip.annotation.SipPredicate
 */
public interface Predicate<M extends SipServletMessage> {
    /**
     * Tells whether the method takes a message.
     *
     * @param message the message, not {@code null}
     * @return {@code true} if it does
     */
    boolean apply(M message);
}
