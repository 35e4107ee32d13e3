// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import jakarta.servlet.sip.ConcurrencyMode;
import jakarta.servlet.sip.annotation.security.SipLogin;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a SIP application on its package or one of its classes (JSR 289 §18). The deployment descriptor, where it
 * says something, comes first.
 *
 * <pre>{@code
 * @SipApplication(name = "registrar", mainServlet = "Registrar", sessionTimeout = 10)
 * package com.example.registrar;
 * }</pre>
 */
@Target({ElementType.PACKAGE, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface SipApplication {
    /** {@return the name of the application, unique in the container; if empty the name of the archive} */
    String name() default "";

    /** {@return a name for people} */
    String displayName() default "";

    /** {@return the path of an icon of 16 by 16 pixels in the archive} */
    String smallIcon() default "";

    /** {@return the path of an icon of 32 by 32 pixels in the archive} */
    String largeIcon() default "";

    /** {@return what the application is for} */
    String description() default "";

    /**
     * {@return {@code true} if the application may run on several servers at once; its attributes are serializable
     * then}
     */
    boolean distributable() default false;

    /** {@return the time a proxy waits for a final response, in seconds} */
    int proxyTimeout() default 180;

    /** {@return the life of an application session in minutes; 0 or less means without end} */
    int sessionTimeout() default 3;

    /**
     * {@return the name of the servlet that gets all initial requests; may be empty if there is only one servlet, or
     * servlet mappings}
     */
    String mainServlet() default "";

    /** {@return how callbacks for one application session may run at the same time} */
    ConcurrencyMode concurrencyMode() default ConcurrencyMode.VENDORSPECIFIC;

    /** {@return {@code true} if the application answers CANCEL, and the INVITE it cancels, itself} */
    boolean disableCancelHandling() default false;

    /** {@return how senders are authenticated} */
    SipLogin loginConfig() default @SipLogin;

    /**
     * {@return {@code true} if the 2xx to a SUBSCRIBE makes the dialog, as before RFC 6665, and not the first NOTIFY}
     */
    boolean establishDialogOnSubscribeTransaction() default false;

    /** {@return the version of the API the application is written for, {@code 1.1} or {@code 2.0}} */
    String version() default "2.0";

    /** {@return {@code true} if derived sessions start with the attributes of the session they come from} */
    boolean enableDerivedSessionAttributeCloning() default false;
}
