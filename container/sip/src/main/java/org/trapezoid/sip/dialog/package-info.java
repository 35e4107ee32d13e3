// SPDX-License-Identifier: Apache-2.0
/** Dialogs and reliable provisional responses as pure state (RFC 3261 §12, RFC 3262). */
@NullMarked
package org.trapezoid.sip.dialog;

import org.jspecify.annotations.NullMarked;
