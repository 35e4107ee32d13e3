// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

/** Sets a world up: its servers with their applications, its phones, and what they are going to do. */
@FunctionalInterface
public interface Scenario {
    void arrange(World world) throws Exception;
}
