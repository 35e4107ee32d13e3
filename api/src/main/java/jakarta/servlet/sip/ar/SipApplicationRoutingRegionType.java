// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.ar;

public enum SipApplicationRoutingRegionType {
    ORIGINATING,

    TERMINATING,

    NEUTRAL
}
