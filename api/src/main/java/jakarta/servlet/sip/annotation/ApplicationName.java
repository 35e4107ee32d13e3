// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says of which application an injected {@link jakarta.servlet.sip.SipFactory}, {@link
 * jakarta.servlet.sip.SipSessionsUtil}, {@link jakarta.servlet.sip.TimerService} or {@link
 * jakarta.servlet.sip.DnsResolver} is, where several applications are in one archive (JSR 359).
 *
 * <pre>{@code
 * @Inject
 * @ApplicationName("click-to-dial")
 * private SipFactory factory;
 * }</pre>
 */
@Target({ElementType.METHOD, ElementType.CONSTRUCTOR, ElementType.FIELD})
@Retention(RetentionPolicy.RUNTIME)
public @interface ApplicationName {
    /** {@return the name of the application} */
    String value();
}
