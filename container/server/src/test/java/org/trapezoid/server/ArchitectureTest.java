// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of docs/architecture.md that a compiler cannot see. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar")) // the test jars of sip and servlet
            .importPackages("org.trapezoid");

    /** Lower packages never import higher ones. */
    private static final List<String> SIP = List.of(
            "concurrent", "uri", "header", "message", "tls", "transport", "locate", "transaction", "dialog", "auth");

    private static final List<List<String>> SERVLET = List.of(
            List.of("snapshot"),
            List.of("descriptor", "session", "pojo", "tasks"),
            List.of("replication"),
            List.of("router", "proxy", "b2bua"),
            List.of("ua", "security"),
            List.of("app"),
            List.of("facade", "cdi"),
            List.of("dispatch"),
            List.of("location", "authentication"));

    @Test
    void packagesHaveNoCycles() {
        slices().matching("org.trapezoid.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void theStackIsLayered() {
        for (int low = 0; low < SIP.size(); low++) {
            for (int high = low + 1; high < SIP.size(); high++) {
                below("org.trapezoid.sip." + SIP.get(low), "org.trapezoid.sip." + SIP.get(high));
            }
        }
    }

    @Test
    void theServletLayerIsLayered() {
        for (int low = 0; low < SERVLET.size(); low++) {
            for (int high = low + 1; high < SERVLET.size(); high++) {
                for (String lower : SERVLET.get(low)) {
                    for (String higher : SERVLET.get(high)) {
                        below("org.trapezoid.servlet." + lower, "org.trapezoid.servlet." + higher);
                    }
                }
            }
        }
    }

    private static void below(String lower, String higher) {
        noClasses()
                .that()
                .resideInAPackage(lower)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(higher)
                .because(lower + " is below " + higher)
                .check(CLASSES);
    }

    @Test
    void onlyDispatchAndHttpSeeTheFacades() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "org.trapezoid.servlet.facade", "org.trapezoid.servlet.dispatch", "org.trapezoid.http..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.trapezoid.servlet.facade")
                .check(CLASSES);
    }

    @Test
    void coresNeverSeeTheServletApi() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.trapezoid.sip..",
                        "org.trapezoid.servlet.session",
                        "org.trapezoid.servlet.ua",
                        "org.trapezoid.servlet.proxy",
                        "org.trapezoid.servlet.b2bua",
                        "org.trapezoid.servlet.router")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jakarta.servlet..")
                .check(CLASSES);
    }

    @Test
    void jettyIsKnownToTlsTransportAndHttpOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.trapezoid.sip.tls", "org.trapezoid.sip.transport", "org.trapezoid.http..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.eclipse.jetty..")
                .check(CLASSES);
    }

    @Test
    void hazelcastIsKnownToTheClusterOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.trapezoid.cluster")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.hazelcast..")
                .check(CLASSES);
    }

    @Test
    void callLogicTakesNoLocksAndReadsNoSystemClock() {
        noClasses()
                .that()
                .resideInAnyPackage("org.trapezoid.sip..", "org.trapezoid.servlet..")
                .and()
                .resideOutsideOfPackages(
                        "org.trapezoid.sip.concurrent",
                        "org.trapezoid.sip.transport",
                        "org.trapezoid.servlet.location") // its file is written by a thread of its own
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.concurrent.locks")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .check(CLASSES);
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAPackage("org.trapezoid..")
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        List<String> missing = new ArrayList<>();
        for (JavaClass each : CLASSES) {
            JavaPackage in = each.getPackage();
            if (!in.isAnnotatedWith(NullMarked.class) && !missing.contains(in.getName())) {
                missing.add(in.getName());
            }
        }
        assertThat(missing).isEmpty();
    }
}
