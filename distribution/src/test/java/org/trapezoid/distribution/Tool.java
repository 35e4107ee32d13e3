// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** A program that a test needs. Without it the test is skipped; where {@code CI=true} it fails. */
enum Tool {
    SIPP("sipp", "sip-tester"),
    SIPSAK("sipsak", "sipsak"),
    BARESIP("baresip", "baresip-core"),
    KAMAILIO("kamailio", "kamailio"),
    IP("ip", "iproute2"),
    NFT("nft", "nftables"),
    NODE("node", "nodejs"),
    NPM("npm", "npm"),
    CHROMIUM("chromium-headless-shell", "chromium-headless-shell");

    private final String command;
    private final String debianPackage;

    Tool(String command, String debianPackage) {
        this.command = command;
        this.debianPackage = debianPackage;
    }

    /** The command, if it is installed. */
    String command() {
        Map<String, String> environment = System.getenv();
        String path = environment.getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
        boolean installed = Arrays.stream(path.split(File.pathSeparator))
                .map(directory -> Path.of(directory, command))
                .anyMatch(Files::isExecutable);
        String missing = command + " is not installed (Debian package " + debianPackage + ")";
        if (!installed && "true".equals(environment.get("CI"))) {
            fail(missing);
        }
        assumeTrue(installed, missing);
        return command;
    }
}
