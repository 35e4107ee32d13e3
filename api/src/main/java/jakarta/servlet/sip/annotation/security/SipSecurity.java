// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation.security;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What is demanded of the senders of the initial requests to a servlet (JSR 359). The deployment descriptor comes
 * first.
 *
 * <pre>{@code
 * @SipServlet
 * @SipSecurity(@SipConstraint(rolesAllowed = "employee", transportGuarantee = TransportGuarantee.CONFIDENTIAL))
 * public class Directory extends jakarta.servlet.sip.SipServlet { ... }
 * }</pre>
 */
@Inherited
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface SipSecurity {
    /** {@return what is demanded for all methods without a constraint of their own} */
    SipConstraint value() default @SipConstraint;

    /** {@return what is demanded for single methods} */
    SipMethodConstraint[] sipMethodConstraints() default {};

    /** What an empty list of roles means. */
    enum EmptyRoleSemantic {
        /** Nobody may send. */
        DENY,

        /** Everybody may send. */
        PERMIT
    }

    /** How requests have to come. */
    enum TransportGuarantee {
        /** Over TLS. */
        CONFIDENTIAL,

        /** Over any transport. */
        NONE
    }
}
