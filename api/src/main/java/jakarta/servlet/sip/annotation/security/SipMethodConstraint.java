// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation.security;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What is demanded of the senders of one SIP method; an element of {@link SipSecurity#sipMethodConstraints()} (JSR
 * 359).
 */
@Documented
@Target({})
@Retention(RetentionPolicy.RUNTIME)
public @interface SipMethodConstraint {
    /** {@return the SIP method; each has at most one constraint} */
    String value();

    /** {@return what an empty {@link #rolesAllowed()} means} */
    SipSecurity.EmptyRoleSemantic emptyRoleSemantic() default SipSecurity.EmptyRoleSemantic.PERMIT;

    /** {@return how requests have to come} */
    SipSecurity.TransportGuarantee transportGuarantee() default SipSecurity.TransportGuarantee.NONE;

    /** {@return {@code true} to ask for authentication by 407, as a proxy, instead of 401} */
    boolean proxyAuthentication() default false;

    /** {@return the roles of which the sender needs one} */
    String[] rolesAllowed() default {};
}
