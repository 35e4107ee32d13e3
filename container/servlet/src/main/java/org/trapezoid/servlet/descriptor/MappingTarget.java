// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.Optional;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.uri.Uri;

/** What mapping rules see of a request. */
public interface MappingTarget {

    String method();

    Uri uri();

    NameAddr from();

    NameAddr to();

    /** The popped or the topmost Route. */
    Optional<NameAddr> route();
}
