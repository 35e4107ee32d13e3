// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation.security;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How the senders of requests are authenticated; the value of {@link
 * jakarta.servlet.sip.annotation.SipApplication#loginConfig()} (JSR 359).
 *
 * <pre>{@code
 * @SipApplication(name = "office", loginConfig = @SipLogin(authMethod = "DIGEST", realmName = "example.com"))
 * package com.example.office;
 * }</pre>
 */
@Inherited
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface SipLogin {
    /** {@return the scheme of the challenge: {@code DIGEST}, {@code BASIC}, {@code CLIENT-CERT} or {@code NONE}} */
    String authMethod() default "NONE";

    /** {@return the realm of the challenge} */
    String realmName() default "";

    /** {@return by what another server may vouch for the sender} */
    IdentityAssertion identityAssertion() default SipLogin.IdentityAssertion.NONE;

    /** {@return whether another server has to vouch for the sender} */
    IdentityAssertionSupport identityAssertionSupport() default SipLogin.IdentityAssertionSupport.SUPPORTED;

    /** By what another server vouches for the sender of a request. */
    enum IdentityAssertion {
        /** P-Asserted-Identity of a trusted server (RFC 3325). */
        P_ASSERTED_IDENTITY,

        /** A signed Identity header field (RFC 4474). */
        IDENTITY,

        /**
         * The identity of a WebSocket connection, see {@link
         * jakarta.servlet.sip.SipServletContext#assignWebSocketSipIdentity}.
         */
        WEBSOCKET,

        /** Nothing. */
        NONE
    }

    /** Whether another server has to vouch for the sender. */
    enum IdentityAssertionSupport {
        /** It has to; other requests are refused with 403. */
        REQUIRED,

        /** It may; other senders are challenged. */
        SUPPORTED
    }
}
