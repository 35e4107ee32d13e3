// SPDX-License-Identifier: Apache-2.0
/** A presence server: event state compositor (RFC 3903) and notifier (RFC 3856, 3857, 5839). */
@NullMarked
package org.trapezoid.samples.presence;

import org.jspecify.annotations.NullMarked;
