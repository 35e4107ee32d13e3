// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.pojo;

import java.lang.invoke.MethodHandle;

/**
 * A method of an object and the messages it is for. Immutable.
 *
 * @param name of class and method, for messages
 * @param call bound to its object; takes the message as {@code Object}
 */
record Handler(String name, Selector selector, MethodHandle call) {}
