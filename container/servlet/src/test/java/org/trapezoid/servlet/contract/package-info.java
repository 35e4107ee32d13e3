// SPDX-License-Identifier: Apache-2.0
/** What an application may rely on, type by type of {@code jakarta.servlet.sip}. */
@NullMarked
package org.trapezoid.servlet.contract;

import org.jspecify.annotations.NullMarked;
