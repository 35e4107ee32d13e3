// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;

/**
 * The session timer of a dialog (RFC 4028; JSR 359): the dialog is refreshed from time to time and ends if it is not.
 *
 * <pre>{@code
 * SessionKeepAlive keepAlive = session.getKeepAlive();
 * keepAlive.setRefreshCallback(new SendUpdate());
 * keepAlive.setExpiryCallback(new SendBye());
 * }</pre>
 *
 * @see SipSession#getKeepAlive()
 */
public interface SessionKeepAlive {
    /** {@return {@code true} if this side refreshes the dialog} */
    boolean isRefresher();

    /** {@return the session interval in seconds, or -1 if there is no session timer} */
    int getExpirationInterval();

    /**
     * {@return the time the interval was last begun anew, in milliseconds since 1970, or -1 if there is no session
     * timer}
     */
    long getLastExpirationTime();

    /**
     * {@return the seconds until this side has to refresh, or until the session ends if the other side refreshes; -1
     * if there is no session timer}
     */
    long getRemainingTime();

    /**
     * Sets what is called when it is time to refresh, half the interval through. It sends a re-INVITE or UPDATE.
     *
     * @param callback the callback, or {@code null} for none
     */
    void setRefreshCallback(Callback callback);

    /** {@return what is called when it is time to refresh, or null} */
    Callback getRefreshCallback();

    /**
     * Sets what is called when the session was not refreshed. No BYE is sent by itself.
     *
     * @param callback the callback, or {@code null} for none
     */
    void setExpiryCallback(Callback callback);

    /** {@return what is called when the session was not refreshed, or null} */
    Callback getExpiryCallback();

    /** Is called when a session has to be refreshed or was not. It is kept with the session, so it is serializable. */
    interface Callback extends Serializable {
        /**
         * Takes a session.
         *
         * @param session the session
         */
        void handle(SipSession session);
    }

    /**
     * What a message says about the session timer (RFC 4028): Session-Expires, Min-SE and the {@code timer} option
     * tag.
     *
     * <pre>{@code
     * SessionKeepAlive.Preference preference = invite.getSessionKeepAlivePreference();
     * preference.setEnabled(true);
     * preference.setExpiration(1800);
     * }</pre>
     */
    interface Preference {
        /**
         * Sets who is to refresh.
         *
         * @param refresher the side
         * @throws IllegalArgumentException if that side cannot be asked for in this message
         * @throws IllegalStateException if the session timer is not enabled for this message
         */
        void setRefresher(Refresher refresher);

        /** {@return who is to refresh; NONE if the message does not say} */
        Refresher getRefresher();

        /**
         * Sets the least interval this side accepts, Min-SE.
         *
         * @param minSE seconds, 90 or more, not above the interval
         * @throws IllegalArgumentException if {@code minSE} is out of range
         * @throws IllegalStateException if the session timer is not enabled for this message
         */
        void setMinimumExpiration(int minSE);

        /** {@return the least interval in seconds, or -1 if the message does not say} */
        int getMinimumExpiration();

        /**
         * Sets the interval, Session-Expires.
         *
         * @param expiration seconds, 90 or more, not below Min-SE
         * @throws IllegalArgumentException if {@code expiration} is out of range
         * @throws IllegalStateException if the session timer is not enabled for this message
         */
        void setExpiration(int expiration);

        /** {@return the interval in seconds, or -1 if the message does not say} */
        int getExpiration();

        /**
         * Sets whether this message takes part in session timers.
         *
         * @param enabled {@code true} if it does
         */
        void setEnabled(boolean enabled);

        /** {@return {@code true} if this message takes part in session timers} */
        boolean getEnabled();
    }

    /** Who refreshes a session, the {@code refresher} parameter of RFC 4028. */
    enum Refresher {
        /** Not said. */
        NONE,

        /** The client of the transaction. */
        UAC,

        /** The server of the transaction. */
        UAS
    }
}
