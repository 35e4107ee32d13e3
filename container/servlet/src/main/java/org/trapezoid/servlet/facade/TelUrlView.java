// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.TelURL;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.TelUri;
import org.trapezoid.sip.uri.Uri;

/** A tel URI (RFC 3966). */
final class TelUrlView extends UriView<TelUri> implements TelURL {
    private static final long serialVersionUID = 1;

    TelUrlView(TelUri value, Owner<Uri> owner) {
        super(value, owner);
    }

    @Override
    Parameters parameters() {
        return value().parameters();
    }

    @Override
    void parameters(Parameters changed) {
        change(uri -> uri.withParameters(changed));
    }

    @Override
    public String getPhoneNumber() {
        return value().number();
    }

    @Override
    public @Nullable String getPhoneContext() {
        return value().phoneContext().orElse(null);
    }

    @Override
    public void setPhoneNumber(String number) {
        set(number, parameters().without("phone-context"));
    }

    @Override
    public void setPhoneNumber(String number, String phoneContext) {
        set(number, parameters().with("phone-context", phoneContext));
    }

    private void set(String number, Parameters changed) {
        change(uri -> TelUri.of(number, changed));
    }

    @Override
    public boolean isGlobal() {
        return value().isGlobal();
    }
}
