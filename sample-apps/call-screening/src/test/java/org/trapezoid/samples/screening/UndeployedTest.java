// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.screening;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.trapezoid.api.LocationService;
import org.trapezoid.samples.Domains;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.message.Method;

/** An application with CDI is gone when it is undeployed: classes, beans and Weld itself. */
class UndeployedTest {

    /** As the server does it: the archive's own classes, among them those of CDI, the container's for the rest. */
    private static final class Archive extends URLClassLoader {
        private static final List<String> OWN =
                List.of("org.trapezoid.samples.", "org.jboss.", "jakarta.enterprise.", "jakarta.interceptor.");

        Archive(URL[] classPath) {
            super(classPath, Archive.class.getClassLoader());
        }

        /** The bean archives are its own. */
        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return name.equals("META-INF/beans.xml") ? findResources(name) : super.getResources(name);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                boolean own =
                        OWN.stream().anyMatch(name::startsWith) && !name.startsWith("jakarta.enterprise.concurrent.");
                return loaded != null ? loaded : own ? findClass(name) : super.loadClass(name, resolve);
            }
        }
    }

    /** The classes of the application, and every library. */
    private static URL[] classPath() throws Exception {
        List<URL> urls = new ArrayList<>();
        urls.add(ScreeningServlet.class.getProtectionDomain().getCodeSource().getLocation());
        urls.add(Domains.class.getProtectionDomain().getCodeSource().getLocation());
        for (URL each : Collections.list(Archive.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
            if (each.openConnection() instanceof JarURLConnection jar) {
                urls.add(jar.getJarFileURL());
            }
        }
        return urls.toArray(URL[]::new);
    }

    @Test
    void nothingOfItStaysInMemory() throws Exception {
        TestServer server = new TestServer(
                TestServer.HOST,
                clock -> Map.of(
                        LocationService.class,
                        new LocationTable(
                                clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1))));
        ReferenceQueue<ClassLoader> freed = new ReferenceQueue<>();

        WeakReference<ClassLoader> loader = deployAndUse(server, freed);
        server.layer().applications().undeploy("call-screening", Duration.ZERO);
        server.advance(Duration.ofMinutes(5)); // timers that were cancelled leave the clock

        for (int i = 0; i < 40 && loader.get() != null; i++) {
            System.gc();
            freed.remove(50);
        }
        assertThat(loader.get()).isNull();
    }

    /** Apart, so that nothing of it is left on the stack. */
    private static WeakReference<ClassLoader> deployAndUse(TestServer server, ReferenceQueue<ClassLoader> freed)
            throws Exception {
        Archive archive = new Archive(classPath());
        Class<?> servlet = archive.loadClass(ScreeningServlet.class.getName());
        assertThat(servlet).isNotSameAs(ScreeningServlet.class);
        server.deploy("call-screening", Map.of("domains", "a.test"), servlet);
        Peer alice = server.peer("alice");
        alice.send(alice.request(Method.INVITE, "sip:bob@elsewhere.test"));
        alice.nextResponse(403);
        return new WeakReference<>(archive, freed);
    }
}
