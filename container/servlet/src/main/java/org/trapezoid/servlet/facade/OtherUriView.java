// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import org.trapezoid.sip.uri.OtherUri;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.Uri;

/** A URI of another scheme than sip, sips and tel: opaque, without parameters. */
final class OtherUriView extends UriView<OtherUri> {
    private static final long serialVersionUID = 1;

    OtherUriView(OtherUri value, Owner<Uri> owner) {
        super(value, owner);
    }

    @Override
    Parameters parameters() {
        return Parameters.EMPTY;
    }

    @Override
    void parameters(Parameters changed) {
        if (!changed.isEmpty()) {
            throw new IllegalStateException(
                    Caller.name() + ": a " + getScheme() + " URI has no parameters here: " + this);
        }
    }
}
