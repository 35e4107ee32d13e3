// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation.security;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

@Documented
@Target({})
@Retention(RetentionPolicy.RUNTIME)
public @interface SipMethodConstraint {
    String value();

    SipSecurity.EmptyRoleSemantic emptyRoleSemantic() default SipSecurity.EmptyRoleSemantic.PERMIT;

    SipSecurity.TransportGuarantee transportGuarantee() default SipSecurity.TransportGuarantee.NONE;

    boolean proxyAuthentication() default false;

    String[] rolesAllowed() default {};
}
