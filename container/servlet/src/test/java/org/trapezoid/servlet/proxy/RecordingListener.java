// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayList;
import java.util.List;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Writes down what a core reports; holds what it is told to hold, as a supervising application does. */
final class RecordingListener implements ProxyListener {
    final List<String> events = new ArrayList<>();
    boolean holdsProvisional;
    boolean holdsBranchFinal;
    boolean holdsFinal;

    @Override
    public boolean onProvisional(ProxyBranch branch, Response response) {
        events.add("provisional " + response.status());
        return holdsProvisional;
    }

    @Override
    public boolean onBranchFinal(ProxyBranch branch, Response response) {
        events.add("branch " + response.status());
        return holdsBranchFinal;
    }

    @Override
    public boolean onFinal(ProxyBranch branch, Response response) {
        events.add("final " + response.status());
        return holdsFinal;
    }

    @Override
    public void onCancel(Request cancel) {
        events.add("cancel");
    }

    @Override
    public void onTimeout(ProxyBranch branch) {
        events.add("timeout");
    }

    @Override
    public void onComplete() {
        events.add("complete");
    }
}
