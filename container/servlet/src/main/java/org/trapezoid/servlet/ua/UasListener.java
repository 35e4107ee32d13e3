// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** What the facade is told of a request that it answers; in the core section. */
public interface UasListener extends UsageListener {

    /** The INVITE was cancelled; answers whether it is to be answered with 487. */
    boolean onCancel(Request cancel);

    /** The ACK for the 2xx came on the transaction. */
    void onAck(Request ack);

    /** The PRACK for the response came. */
    default void onPrack(Response provisional) {}

    /** 64*T1 passed without an ACK for the 2xx. */
    void onNoAck(Response success);

    /** 64*T1 passed without a PRACK for the response. Answers whether an application is told, which then decides. */
    boolean onNoPrack(Response provisional);

    /** A final response was sent, or none can be sent any more. */
    void onFinal();
}
