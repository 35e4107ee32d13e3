// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.testing.network.Findings;
import org.trapezoid.sip.testing.network.Ladder;

/**
 * Takes the log of the server while a world lives: what is a warning or worse is a finding, all of it stands in a ladder that
 * records. The log of a whole process, so one world at a time.
 */
final class LogWatch extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger("org.trapezoid");
    private final World world;
    private final Findings findings;
    private final Ladder ladder;
    private final Level before = logger.getLevel();
    private final boolean additive = logger.isAdditive();

    LogWatch(World world) {
        this.world = world;
        this.findings = world.findings();
        this.ladder = world.ladder();
        logger.setLevel(ladder.isRecording() ? Level.DEBUG : Level.WARN);
        logger.setAdditive(false);
        setContext(logger.getLoggerContext());
        start();
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        String name = event.getLoggerName().substring(event.getLoggerName().lastIndexOf('.') + 1);
        String line = name + ": " + event.getFormattedMessage()
                + (thrown == null ? "" : "\n" + ThrowableProxyUtil.asString(thrown));
        ladder.log(line);
        Level wrong = world.expectsWarnings() && isVerdict(thrown) ? Level.ERROR : Level.WARN;
        if (event.getLevel().isGreaterOrEqual(wrong)) {
            findings.add("log", line);
        }
    }

    /** What the API throws in an application for what a peer sent: too many hops, no address. */
    private static boolean isVerdict(@Nullable IThrowableProxy thrown) {
        return thrown == null || thrown.getClassName().startsWith("jakarta.servlet.sip.");
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setAdditive(additive);
        logger.setLevel(before);
    }
}
