// SPDX-License-Identifier: Apache-2.0
/** Core sections, callback queues, time and threads: the only place of call logic that knows locks. */
@NullMarked
package org.trapezoid.sip.concurrent;

import org.jspecify.annotations.NullMarked;
