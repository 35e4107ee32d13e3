// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.io.Serializable;

/** What stands for an object of the container among those of an application. Immutable. */
sealed interface Reference extends Serializable {

    record OfSession(String appSession, String session) implements Reference {}

    record OfAppSession(String id) implements Reference {}

    record OfTimer(String id) implements Reference {}

    record OfFactory() implements Reference {}

    /** A request that is written down with its session, by its number there. */
    record OfRequest(int number) implements Reference {}

    /** Another request, as it was. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record RequestCopy(String session, byte[] message) implements Reference {}

    /** A response, as it was. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record ResponseCopy(String session, int requestNumber, byte[] request, byte[] message, boolean received)
            implements Reference {}
}
