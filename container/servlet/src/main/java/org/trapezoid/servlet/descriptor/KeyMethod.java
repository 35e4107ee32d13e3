// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

/** The {@code @SipApplicationKey} method of an application: {@code public static String name(SipServletRequest)}. */
public record KeyMethod(String className, String name) {}
