// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.ar;

public enum SipRouteModifier {
    ROUTE,

    ROUTE_FINAL,

    ROUTE_BACK,

    NO_ROUTE
}
