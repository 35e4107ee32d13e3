// SPDX-License-Identifier: Apache-2.0
/** The descriptor sip.xml and the annotations of an archive, made one immutable record (JSR 289 §19 and §18, JSR 359). */
@NullMarked
@XmlAccessorType(XmlAccessType.FIELD)
package org.trapezoid.servlet.descriptor;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import org.jspecify.annotations.NullMarked;
