// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.ar;

import java.io.Serializable;

/**
 * The part of routing an application serves in: for the caller, for the called party, or for neither (JSR 289 §15).
 * Immutable. A router may make regions of its own. The three constants stay the same objects through serialization, so
 * they may be compared by identity.
 */
public class SipApplicationRoutingRegion implements Serializable {

    /** Serving the caller. */
    public static final SipApplicationRoutingRegion ORIGINATING_REGION =
            new SipApplicationRoutingRegion("ORIGINATING", SipApplicationRoutingRegionType.ORIGINATING);

    /** Serving the called party. */
    public static final SipApplicationRoutingRegion TERMINATING_REGION =
            new SipApplicationRoutingRegion("TERMINATING", SipApplicationRoutingRegionType.TERMINATING);

    /** Serving neither. */
    public static final SipApplicationRoutingRegion NEUTRAL_REGION =
            new SipApplicationRoutingRegion("NEUTRAL", SipApplicationRoutingRegionType.NEUTRAL);

    /** The name of the region. */
    private final String label;

    /** The type, or null. */
    private final SipApplicationRoutingRegionType type;

    /**
     * Makes a region.
     *
     * @param label the name of the region
     * @param type its type; {@code null} for a region that is none of the three
     */
    public SipApplicationRoutingRegion(String label, SipApplicationRoutingRegionType type) {
        this.label = label;
        this.type = type;
    }

    /** {@return the name of the region} */
    public String getLabel() {
        return label;
    }

    /** {@return the type of the region, or {@code null} if it is none of the three} */
    public final SipApplicationRoutingRegionType getType() {
        return type;
    }

    /** {@return the label} */
    @Override
    public String toString() {
        return label;
    }

    /** {@return the constant this is a copy of, or this} */
    private Object readResolve() {
        if (getClass() == SipApplicationRoutingRegion.class) {
            for (var known :
                    new SipApplicationRoutingRegion[] {ORIGINATING_REGION, TERMINATING_REGION, NEUTRAL_REGION}) {
                if (known.type == type && known.label.equals(label)) {
                    return known;
                }
            }
        }
        return this;
    }
}
