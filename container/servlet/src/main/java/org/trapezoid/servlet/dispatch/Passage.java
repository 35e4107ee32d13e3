// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.sip.transport.LoopbackFlow;

/** Goes along with a request inside a dialog from one application to the next in this server: its Route says which. */
enum Passage implements LoopbackFlow.Attachment {
    BY_ROUTE;

    private static final int MARK = 7; // a field that a Handover has not

    @Override
    public byte[] toBytes() {
        return new FieldWriter().flag(MARK, true).toBytes();
    }
}
