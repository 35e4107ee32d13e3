// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation.security;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

@Documented
@Target({})
@Retention(RetentionPolicy.RUNTIME)
public @interface SipConstraint {
    SipSecurity.EmptyRoleSemantic value() default SipSecurity.EmptyRoleSemantic.PERMIT;

    String[] rolesAllowed() default {};

    SipSecurity.TransportGuarantee transportGuarantee() default SipSecurity.TransportGuarantee.NONE;

    boolean proxyAuthentication() default false;
}
