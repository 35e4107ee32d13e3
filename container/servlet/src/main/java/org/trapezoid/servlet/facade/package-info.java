// SPDX-License-Identifier: Apache-2.0
/** Thin implementations of jakarta.servlet.sip over the cores; mutually recursive, hence one package. */
@NullMarked
package org.trapezoid.servlet.facade;

import org.jspecify.annotations.NullMarked;
