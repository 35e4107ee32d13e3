// SPDX-License-Identifier: Apache-2.0
/** Keys, certificates and the names they prove, RFC 5922. */
@NullMarked
package org.trapezoid.sip.tls;

import org.jspecify.annotations.NullMarked;
