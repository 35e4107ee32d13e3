// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

public interface Predicate<M extends SipServletMessage> {
    boolean apply(M message);
}
