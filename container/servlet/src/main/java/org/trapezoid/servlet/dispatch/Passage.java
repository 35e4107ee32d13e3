// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

/** Goes along with a request inside a dialog from one application to the next in this server: its Route says which. */
enum Passage {
    BY_ROUTE
}
