// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a servlet: a class that extends {@link jakarta.servlet.sip.SipServlet} (JSR 289 §18), or a POJO with
 * annotated methods (JSR 359).
 *
 * <pre>{@code
 * @SipServlet(name = "Echo", loadOnStartup = 1)
 * public class Echo {
 *     @Message
 *     void echo(SipServletRequest request) throws IOException {
 *         request.createResponse(SipServletResponse.SC_OK).send();
 *     }
 * }
 * }</pre>
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
public @interface SipServlet {
    /** {@return the name of the servlet; if empty the simple name of the class} */
    String name() default "";

    /** {@return the application the servlet is for; may be empty if its class is in one} */
    String applicationName() default "";

    /** {@return what the servlet is for} */
    String description() default "";

    /** {@return the place in the order of initialization, lowest first; if negative the container chooses the time} */
    int loadOnStartup() default -1;
}
