// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegionType;
import org.trapezoid.servlet.router.Region;

/** Routing regions as the API has them; the three standard ones by identity, since applications compare them so. */
final class Regions {

    private Regions() {}

    static SipApplicationRoutingRegion of(Region region) {
        if (region.equals(Region.ORIGINATING)) {
            return SipApplicationRoutingRegion.ORIGINATING_REGION;
        }
        if (region.equals(Region.TERMINATING)) {
            return SipApplicationRoutingRegion.TERMINATING_REGION;
        }
        if (region.equals(Region.NEUTRAL)) {
            return SipApplicationRoutingRegion.NEUTRAL_REGION;
        }
        return new SipApplicationRoutingRegion(
                region.label(),
                switch (region.type()) {
                    case ORIGINATING -> SipApplicationRoutingRegionType.ORIGINATING;
                    case TERMINATING -> SipApplicationRoutingRegionType.TERMINATING;
                    case NEUTRAL -> SipApplicationRoutingRegionType.NEUTRAL;
                });
    }

    /** The other way; one without a type serves neither side. */
    static Region of(SipApplicationRoutingRegion region) {
        SipApplicationRoutingRegionType type = region.getType();
        return new Region(
                region.getLabel(),
                type == null
                        ? Region.Type.NEUTRAL
                        : switch (type) {
                            case ORIGINATING -> Region.Type.ORIGINATING;
                            case TERMINATING -> Region.Type.TERMINATING;
                            case NEUTRAL -> Region.Type.NEUTRAL;
                        });
    }
}
