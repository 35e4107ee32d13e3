// SPDX-License-Identifier: Apache-2.0
/** A network in virtual time, and phones that call each other over it by the rules of RFC 3261. */
@NullMarked
package org.trapezoid.sip.testing.network;

import org.jspecify.annotations.NullMarked;
