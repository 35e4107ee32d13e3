// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program that a test needs. Without it the test is skipped; where {@code CI=true} it fails. */
enum Tool {
    SIPP("sipp", "sip-tester", "-v"),
    SIPSAK("sipsak", "sipsak", "-V"),
    BARESIP("baresip", "baresip-core", "-h"),
    LINPHONE("linphone-daemon", "linphone-cli", "--version"), // which it does not know: ask Linphone
    KAMAILIO("kamailio", "kamailio", "-v"),
    SVMAP("svmap", "sipvicious", "--version"),
    SVWAR("svwar", "sipvicious", "--version"),
    SVCRACK("svcrack", "sipvicious", "--version"),
    IP("ip", "iproute2", "-V"),
    NFT("nft", "nftables", "--version"),
    NODE("node", "nodejs", "--version"),
    NPM("npm", "npm", "--version"),
    CHROMIUM("chromium-headless-shell", "chromium-headless-shell", "--version");

    private static final Pattern VERSION = Pattern.compile("\\d+(\\.\\d+)+");

    private final String command;
    private final String debianPackage;
    private final String versionOption;

    Tool(String command, String debianPackage, String versionOption) {
        this.command = command;
        this.debianPackage = debianPackage;
        this.versionOption = versionOption;
    }

    /** The command, if it is installed. */
    String command() {
        Map<String, String> environment = System.getenv();
        String path = environment.getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
        boolean installed = Arrays.stream(path.split(File.pathSeparator))
                .map(directory -> Path.of(directory, command))
                .anyMatch(Files::isExecutable);
        require(installed, command, debianPackage);
        return command;
    }

    /** What a program needs beside itself, such as a module. */
    static void require(boolean installed, String what, String debianPackage) {
        require(installed, what + " is not installed (Debian package " + debianPackage + ")");
    }

    /** Skips the test where something is missing; where {@code CI=true} it fails. */
    static void require(boolean there, String missing) {
        if (!there && "true".equals(System.getenv("CI"))) {
            fail(missing);
        }
        assumeTrue(there, missing);
    }

    /** The first number in what it says about itself. */
    String version() {
        try {
            Process process = new ProcessBuilder(command(), versionOption)
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher version = VERSION.matcher(text);
            assertThat(version.find()).as(text).isTrue();
            return version.group();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
