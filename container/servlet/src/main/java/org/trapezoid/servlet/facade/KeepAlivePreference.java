// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SessionKeepAlive;
import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.SessionExpires;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Request;

/**
 * What one message says of the session timer (JSR 359, RFC 4028): a view of its Session-Expires, Min-SE and the option tag.
 * Confined to the application, as its message is.
 */
final class KeepAlivePreference implements SessionKeepAlive.Preference {

    private static final String OPTION_TAG = "timer";
    private static final long USUAL = 1800; // RFC 4028 §4

    private final SipMessage message;
    private final Optional<Request> answered; // of a response
    private boolean chosen;

    KeepAlivePreference(SipMessage message, Optional<Request> answered) {
        this.message = message;
        this.answered = answered;
    }

    /** Whether the application has the container keep a timer. */
    boolean isChosen() {
        return chosen;
    }

    private static Optional<SessionExpires> expires(Message of) {
        return of.headers().first(HeaderName.SESSION_EXPIRES).flatMap(SessionExpires::parse);
    }

    private static boolean supports(Message of) {
        return of.headers().lists(HeaderName.SUPPORTED, OPTION_TAG)
                || of.headers().lists(HeaderName.REQUIRE, OPTION_TAG);
    }

    @Override
    public boolean getEnabled() {
        Message present = message.message();
        return expires(present).isPresent() || supports(present);
    }

    @Override
    public void setEnabled(boolean enabled) {
        message.requireUncommitted("change the session timer of");
        chosen = enabled;
        if (!enabled) {
            message.edit().remove(HeaderName.SESSION_EXPIRES).remove(HeaderName.MIN_SE);
            without(HeaderName.SUPPORTED);
            without(HeaderName.REQUIRE);
            return;
        }
        if (answered.isEmpty() && !supports(message.message())) {
            message.edit().add(HeaderName.SUPPORTED, OPTION_TAG);
        }
        if (expires(message.message()).isEmpty()) {
            write(usual());
        }
    }

    /** RFC 4028 §9, table 2: who supports nothing does not refresh, and nobody gets more than was asked for. */
    private SessionExpires usual() {
        if (answered.isEmpty()) {
            return new SessionExpires(Math.max(USUAL, getMinimumExpiration()), Optional.empty());
        }
        Optional<SessionExpires> asked = asked();
        SessionExpires.Refresher who = supports(answered.get())
                ? asked.flatMap(SessionExpires::refresher).orElse(SessionExpires.Refresher.UAC)
                : SessionExpires.Refresher.UAS;
        long usual = Math.max(USUAL, least());
        return new SessionExpires(
                asked.map(SessionExpires::seconds)
                        .filter(seconds -> seconds < usual)
                        .orElse(usual),
                Optional.of(who));
    }

    private Optional<SessionExpires> asked() {
        return answered.flatMap(KeepAlivePreference::expires);
    }

    /** RFC 4028 §9: an answer grants no less than the Min-SE of its request. */
    private long least() {
        return Math.max(
                SessionExpires.LEAST, minimum(answered.map(Message.class::cast).orElseGet(message::message)));
    }

    private static long minimum(Message of) {
        return of.headers()
                .first(HeaderName.MIN_SE)
                .flatMap(SessionExpires::parse)
                .map(SessionExpires::seconds)
                .orElse(-1L);
    }

    private void write(SessionExpires value) {
        message.edit().set(HeaderName.SESSION_EXPIRES, value.toString());
        if (answered.isPresent()) {
            boolean ofPeer = value.refresher().equals(Optional.of(SessionExpires.Refresher.UAC));
            if (!ofPeer) {
                without(HeaderName.REQUIRE);
            } else if (!message.message().headers().lists(HeaderName.REQUIRE, OPTION_TAG)) {
                message.edit().add(HeaderName.REQUIRE, OPTION_TAG); // RFC 4028 §9
            }
        }
    }

    private void without(HeaderName name) {
        List<String> values = message.message().headers().values(name);
        if (values.stream().anyMatch(OPTION_TAG::equalsIgnoreCase)) {
            Message.Builder<?> builder = message.edit();
            builder.remove(name);
            for (String value : values) {
                if (!value.equalsIgnoreCase(OPTION_TAG)) {
                    builder.add(name, value);
                }
            }
        }
    }

    private SessionExpires enabled() {
        message.requireUncommitted("change the session timer of");
        return expires(message.message())
                .filter(present -> chosen)
                .orElseThrow(() -> new IllegalStateException("the session timer is not enabled for "
                        + message.describe() + ": setEnabled(true) comes first"));
    }

    @Override
    public void setRefresher(SessionKeepAlive.Refresher refresher) {
        SessionExpires present = enabled();
        Optional<SessionExpires.Refresher> who =
                switch (refresher) {
                    case NONE -> Optional.empty();
                    case UAC -> Optional.of(SessionExpires.Refresher.UAC);
                    case UAS -> Optional.of(SessionExpires.Refresher.UAS);
                };
        if (answered.isPresent()
                && (who.isEmpty() || (who.get() == SessionExpires.Refresher.UAC && !supports(answered.get())))) {
            throw new IllegalArgumentException(refresher + " cannot refresh " + message.describe()
                    + ": a response names the one who does, and only"
                    + " a client that supports session timers can (RFC 4028 §9)");
        }
        write(new SessionExpires(present.seconds(), who));
    }

    @Override
    public SessionKeepAlive.Refresher getRefresher() {
        return expires(message.message())
                .flatMap(SessionExpires::refresher)
                .map(who -> who == SessionExpires.Refresher.UAC
                        ? SessionKeepAlive.Refresher.UAC
                        : SessionKeepAlive.Refresher.UAS)
                .orElse(SessionKeepAlive.Refresher.NONE);
    }

    @Override
    public void setMinimumExpiration(int minSE) {
        SessionExpires present = enabled();
        if (minSE < SessionExpires.LEAST || minSE > present.seconds()) {
            throw new IllegalArgumentException("Min-SE of " + message.describe() + " is from " + SessionExpires.LEAST
                    + " to the interval of " + present.seconds() + " s, not " + minSE);
        }
        message.edit().set(HeaderName.MIN_SE, Integer.toString(minSE));
    }

    @Override
    public int getMinimumExpiration() {
        return (int) minimum(message.message());
    }

    @Override
    public void setExpiration(int expiration) {
        SessionExpires present = enabled();
        long least = least();
        long most = asked().map(SessionExpires::seconds).orElse(Long.MAX_VALUE);
        if (expiration < least || expiration > Math.max(least, most)) {
            throw new IllegalArgumentException(
                    most == Long.MAX_VALUE
                            ? "the interval is at least " + least + " s, not " + expiration
                            : "the interval is from " + least + " to " + most + " s, as was asked for, not "
                                    + expiration);
        }
        write(new SessionExpires(expiration, present.refresher()));
    }

    @Override
    public int getExpiration() {
        return expires(message.message()).map(value -> (int) value.seconds()).orElse(-1);
    }
}
