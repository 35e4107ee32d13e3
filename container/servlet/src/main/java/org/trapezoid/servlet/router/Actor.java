// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import org.trapezoid.servlet.session.Identity;

/**
 * As whom an application sends a request to another one inside the server. An immutable value.
 *
 * @param realm whose user that is: the applications of another realm know nobody of that name
 */
public record Actor(Identity identity, String realm) {}
