// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.util.List;

/** The last pause of each garbage collector. Thread-safe. */
final class GarbagePauses implements Pauses {
    private static final long MILLI = 1_000_000;

    private final RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
    private final List<GarbageCollectorMXBean> collectors =
            ManagementFactory.getPlatformMXBeans(GarbageCollectorMXBean.class).stream()
                    .filter(bean -> stopsTheWorld(bean.getName()))
                    .toList();

    @Override
    public long within(long nanos) {
        long from = runtime.getUptime() - nanos / MILLI - 1;
        long paused = 0;
        for (GarbageCollectorMXBean collector : collectors) {
            GcInfo last = collector.getLastGcInfo();
            if (last != null && last.getEndTime() >= from) {
                paused += last.getDuration() + 1; // whole milliseconds, cut off
            }
        }
        return paused * MILLI;
    }

    /** Beans of concurrent collectors also report cycles, during which the application goes on. */
    private static boolean stopsTheWorld(String name) {
        return !name.contains("Cycles") && !name.contains("Concurrent");
    }
}
