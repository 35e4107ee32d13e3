// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a POJO that takes ACK requests (JSR 359).
 *
 * <pre>{@code
 * @Ack
 * void onAck(SipServletRequest request) { ... }
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@SipMethod("ACK")
public @interface Ack {}
