// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import jakarta.servlet.sip.ConcurrencyMode;
import jakarta.servlet.sip.annotation.security.SipLogin;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

@Target({ElementType.PACKAGE, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface SipApplication {
    String name() default "";

    String displayName() default "";

    String smallIcon() default "";

    String largeIcon() default "";

    String description() default "";

    boolean distributable() default false;

    int proxyTimeout() default 180;

    int sessionTimeout() default 3;

    String mainServlet() default "";

    ConcurrencyMode concurrencyMode() default ConcurrencyMode.VENDORSPECIFIC;

    boolean disableCancelHandling() default false;

    SipLogin loginConfig() default @SipLogin;

    boolean establishDialogOnSubscribeTransaction() default false;

    String version() default "2.0";

    boolean enableDerivedSessionAttributeCloning() default false;
}
