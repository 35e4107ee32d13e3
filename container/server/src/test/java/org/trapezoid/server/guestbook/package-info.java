// SPDX-License-Identifier: Apache-2.0
/** A web application with CDI and without SIP, deployed by a test as an archive. */
@NullMarked
package org.trapezoid.server.guestbook;

import org.jspecify.annotations.NullMarked;
