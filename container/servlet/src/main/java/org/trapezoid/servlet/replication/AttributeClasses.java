// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import java.io.ObjectInputFilter;
import java.io.ObjectInputFilter.FilterInfo;
import java.io.ObjectInputFilter.Status;

/**
 * Of which classes objects of an application are made when its session is read, and how many: what is stored came over the network of the
 * cluster. Classes of the application itself are allowed, those of a list, and those that the operator adds. Immutable.
 */
public final class AttributeClasses {
    private static final String LIMITS = "maxdepth=500;maxrefs=1000000;maxarray=16777216;maxbytes=16777216;";
    /** Of the JDK, and what stands for sessions and the like; a TimeZone is a ZoneInfo. */
    private static final String LISTED = String.join(
            ";",
            "java.lang.*",
            "java.lang.invoke.SerializedLambda",
            "java.util.*",
            "java.util.concurrent.**",
            "java.util.regex.*",
            "sun.util.calendar.ZoneInfo",
            "java.time.**",
            "java.math.*",
            "java.net.URI",
            "java.net.Inet*",
            "java.io.File",
            "java.sql.Date",
            "java.sql.Time",
            "java.sql.Timestamp",
            "jakarta.servlet.sip.**",
            "org.trapezoid.api.**",
            "org.trapezoid.servlet.facade.*");

    /** Without additions of the operator. */
    public static final AttributeClasses DEFAULT = new AttributeClasses("");

    private final ObjectInputFilter filter;

    /**
     * @param more classes and limits as the system property {@code jdk.serialFilter} has them; they come first
     * @throws IllegalArgumentException if it is no such list
     */
    public AttributeClasses(String more) {
        String own = more.replaceAll("\\s", "");
        this.filter = ObjectInputFilter.Config.createFilter(LIMITS + (own.isEmpty() ? "" : own + ';') + LISTED);
    }

    /** What a stream is read with; classes it does not know are left to {@link #allows}. */
    public ObjectInputFilter limits() {
        return filter;
    }

    /** Whether objects of the class may be made for the application with that class loader. */
    public boolean allows(Class<?> type, ClassLoader application) {
        Class<?> element = type;
        while (element.isArray()) {
            element = element.componentType();
        }
        if (element.isPrimitive()) {
            return true;
        }
        Status status = filter.checkInput(new OfClass(element));
        return status == Status.ALLOWED || (status == Status.UNDECIDED && element.getClassLoader() == application);
    }

    private record OfClass(Class<?> serialClass) implements FilterInfo {
        @Override
        public long arrayLength() {
            return -1;
        }

        @Override
        public long depth() {
            return 1;
        }

        @Override
        public long references() {
            return 1;
        }

        @Override
        public long streamBytes() {
            return 0;
        }
    }
}
