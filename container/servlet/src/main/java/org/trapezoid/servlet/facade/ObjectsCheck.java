// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.app.SipApplication;
import org.trapezoid.servlet.replication.AttributeClasses;

/** Refuses objects of an application that another node could not go on with, as soon as they are given. Stateless. */
final class ObjectsCheck {
    private static final Logger log = LoggerFactory.getLogger(ObjectsCheck.class);
    private static final int LARGE = 64 * 1024;
    private static final int SMALL = 2048; // too small for the limits by default

    private ObjectsCheck() {}

    /**
     * Checks a value.
     *
     * @param what it is, such as {@code attribute a}
     * @throws IllegalArgumentException if it cannot be written, or could not be read
     */
    static void check(String what, Object value, AppRuntime runtime) {
        SipApplication application = runtime.application();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            try (ObjectsOut.Stream out = new Checked(bytes, runtime)) {
                out.writeObject(Map.of("", Map.of("", value))); // as deep as it will be
            }
            if (bytes.size() > SMALL || runtime.classes() != AttributeClasses.DEFAULT) {
                Measure.check(bytes.toByteArray(), runtime.classes().limits());
            }
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new IllegalArgumentException(
                    what + " of application " + application
                            + ", which is distributable, cannot be kept: "
                            + value.getClass().getName() + " (" + e + "); values must be Serializable (JSR 289 §16)",
                    e);
        }
        if (bytes.size() > LARGE) {
            log.warn(
                    "application {}: {} has {} bytes, which each change of its session sends to another node",
                    application,
                    what,
                    bytes.size());
        }
    }

    /** Refuses what a node would not read. */
    private static final class Checked extends ObjectsOut.Stream {
        private final AppRuntime runtime;

        Checked(OutputStream out, AppRuntime runtime) throws IOException {
            super(out, null);
            this.runtime = runtime;
        }

        @Override
        protected void annotateClass(Class<?> type) throws IOException {
            if (!runtime.isReadable(type)) {
                throw new InvalidClassException(type.getName(), "class not allowed in the cluster (attribute-classes)");
            }
        }

        @Override
        protected void annotateProxyClass(Class<?> type) throws IOException {
            annotateClass(Proxy.class);
        }
    }

    /** Goes through what was written without making anything of it. */
    private static final class Measure extends ObjectInputStream {
        private Measure(byte[] bytes, ObjectInputFilter limits) throws IOException {
            super(new ByteArrayInputStream(bytes));
            setObjectInputFilter(limits);
        }

        /** @throws InvalidClassException if it is more than the limits allow */
        @SuppressWarnings("BanSerializableRead") // nothing is made
        static void check(byte[] bytes, ObjectInputFilter limits) throws IOException {
            try (Measure in = new Measure(bytes, limits)) {
                in.readObject();
            } catch (ClassNotFoundException expected) {
                log.trace("passed over", expected);
            }
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            String name = description.getName();
            if (name.charAt(0) == '[' && name.charAt(name.length() - 1) != ';') {
                return super.resolveClass(description); // of primitives
            }
            throw new ClassNotFoundException(name);
        }

        @Override
        protected Class<?> resolveProxyClass(String[] interfaces) throws ClassNotFoundException {
            throw new ClassNotFoundException("proxy");
        }
    }
}
