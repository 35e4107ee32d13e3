// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.presence;

import org.trapezoid.samples.Fingerprint;

/**
 * What watchers are told. Immutable.
 *
 * @param text the body
 * @param tag the same for the same text (RFC 5839), also after a restart
 */
record Document(String text, String tag) {

    static Document of(String text) {
        return new Document(text, Fingerprint.of(text));
    }
}
