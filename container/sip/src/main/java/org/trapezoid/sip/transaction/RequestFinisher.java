// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Flow;

/** Completes a request when its flow is known, before our Via: Contact, Record-Route. */
@FunctionalInterface
public interface RequestFinisher {
    RequestFinisher NONE = (request, flow) -> request;

    Request finish(Request request, Flow flow);
}
