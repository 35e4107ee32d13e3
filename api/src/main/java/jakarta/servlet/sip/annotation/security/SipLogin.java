// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation.security;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

@Inherited
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface SipLogin {
    String authMethod() default "NONE";

    String realmName() default "";

    IdentityAssertion identityAssertion() default SipLogin.IdentityAssertion.NONE;

    IdentityAssertionSupport identityAssertionSupport() default SipLogin.IdentityAssertionSupport.SUPPORTED;

    enum IdentityAssertion {
        P_ASSERTED_IDENTITY,

        IDENTITY,

        WEBSOCKET,

        NONE
    }

    enum IdentityAssertionSupport {
        REQUIRED,

        SUPPORTED
    }
}
