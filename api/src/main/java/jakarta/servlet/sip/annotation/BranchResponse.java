// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import jakarta.servlet.sip.SipServletResponse;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a POJO that takes the intermediate final responses of a proxy, those for which
 * {@link SipServletResponse#isBranchResponse()} is true (JSR 359).
 *
 * <pre>{@code
 * @BranchResponse
 * void branchEnded(SipServletResponse response) { ... }
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@SipPredicate(BranchResponse.Predicate.class)
public @interface BranchResponse {

    /** Is true for a branch response. */
    class Predicate implements jakarta.servlet.sip.Predicate<SipServletResponse> {

        /** Makes the predicate; called by the container. */
        public Predicate() {}

        /**
         * Tells whether a response is a branch response.
         *
         * @param response the response, not {@code null}
         * @return {@link SipServletResponse#isBranchResponse()}
         */
        @Override
        public boolean apply(SipServletResponse response) {
            return response.isBranchResponse();
        }
    }
}
