// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService.Listener;

/** What happened to one contact. */
sealed interface Change {

    void tell(Listener listener);

    record Bound(Binding binding) implements Change {
        @Override
        public void tell(Listener listener) {
            listener.bound(binding);
        }
    }

    record Refreshed(Binding before, Binding now) implements Change {
        @Override
        public void tell(Listener listener) {
            listener.refreshed(before, now);
        }
    }

    record Unbound(Binding binding) implements Change {
        @Override
        public void tell(Listener listener) {
            listener.unbound(binding);
        }
    }

    record Expired(Binding binding) implements Change {
        @Override
        public void tell(Listener listener) {
            listener.expired(binding);
        }
    }
}
