// SPDX-License-Identifier: Apache-2.0
/** Short messages (RFC 3428) between SIP phones and guests on a web page, over WebSocket. */
@NullMarked
package org.trapezoid.samples.chat;

import org.jspecify.annotations.NullMarked;
