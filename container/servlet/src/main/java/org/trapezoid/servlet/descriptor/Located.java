// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import jakarta.xml.bind.annotation.XmlTransient;

/** An element of sip.xml that knows the line it was read from. */
@XmlTransient
abstract class Located {
    @XmlTransient
    int line;
}
