// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttributeClassesTest {
    private static final ClassLoader APPLICATION = AttributeClassesTest.class.getClassLoader();

    private static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(name, false, APPLICATION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.lang.String",
                "java.lang.Enum",
                "java.lang.invoke.SerializedLambda",
                "[[I",
                "[[Ljava.lang.String;",
                "java.util.ArrayList",
                "java.util.CollSer",
                "java.util.concurrent.ConcurrentHashMap",
                "java.util.concurrent.locks.ReentrantLock",
                "java.time.Ser",
                "java.time.chrono.Ser",
                "java.math.BigDecimal",
                "java.net.Inet6Address",
                "java.sql.Timestamp",
                "jakarta.servlet.sip.ar.SipApplicationRoutingRegion",
                "org.trapezoid.servlet.replication.AttributeClassesTest"
            })
    void whatApplicationsKeepIsAllowed(String name) throws Exception {
        assertThat(AttributeClasses.DEFAULT.allows(type(name), APPLICATION)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.lang.reflect.Proxy",
                "java.rmi.server.UnicastRemoteObject",
                "javax.management.BadAttributeValueExpException",
                "javax.security.auth.x500.X500Principal",
                "[Ljavax.security.auth.x500.X500Principal;",
                "java.util.logging.Level"
            })
    void whatElseIsThereIsNot(String name) throws Exception {
        assertThat(AttributeClasses.DEFAULT.allows(type(name), APPLICATION)).isFalse();
    }

    @Test
    void classesOfAnotherApplicationAreNot() throws Exception {
        try (URLClassLoader other = new URLClassLoader(new URL[0], APPLICATION)) {
            assertThat(AttributeClasses.DEFAULT.allows(AttributeClassesTest.class, other))
                    .isFalse();
        }
    }

    @Test
    void theOperatorAddsClassesAndTakesThemAway() throws Exception {
        AttributeClasses classes = new AttributeClasses("javax.security.**; !java.util.BitSet;maxdepth=3");

        assertThat(classes.allows(type("javax.security.auth.x500.X500Principal"), APPLICATION))
                .isTrue();
        assertThat(classes.allows(type("java.util.BitSet"), APPLICATION)).isFalse();
        assertThat(classes.allows(type("java.util.ArrayList"), APPLICATION)).isTrue();
        assertThat(new AttributeClasses("!" + AttributeClassesTest.class.getName())
                        .allows(AttributeClassesTest.class, APPLICATION))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"maxdepth=many", "maxdepth=-1", "a.**.b*c.**x;maxrefs="})
    void whatIsNoListIsRefused(String text) {
        assertThatThrownBy(() -> new AttributeClasses(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
