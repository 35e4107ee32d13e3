// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;

/** JDBC drivers of an archive do not outlive it. */
class DriverReleaseTest {

    @Test
    void releasesTheDriversOfTheArchiveAndNoOthers() throws Exception {
        URL[] h2 = {org.h2.Driver.class.getProtectionDomain().getCodeSource().getLocation()};
        try (URLClassLoader archive = new URLClassLoader("archive", h2, ClassLoader.getPlatformClassLoader())) {
            Class.forName("org.h2.Driver", true, archive); // registers itself
            DriverManager.getDriver("jdbc:h2:mem:x");

            assertThat(DriverRelease.of(archive)).isEqualTo(1);
            assertThat(DriverRelease.of(archive)).isZero();
            assertThat(DriverManager.getDriver("jdbc:h2:mem:x")).isInstanceOf(org.h2.Driver.class);
        }
    }
}
