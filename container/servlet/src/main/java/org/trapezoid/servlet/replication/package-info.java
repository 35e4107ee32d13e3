// SPDX-License-Identifier: Apache-2.0
/** What lets a call outlive its node: sessions written down, kept elsewhere, and taken over. */
@NullMarked
package org.trapezoid.servlet.replication;

import org.jspecify.annotations.NullMarked;
