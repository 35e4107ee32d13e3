// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

/** Initial requests that match the pattern go to the servlet. An immutable value. */
public record ServletMapping(String servletName, MappingPattern pattern) {}
