// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;

public interface SessionKeepAlive {
    boolean isRefresher();

    int getExpirationInterval();

    long getLastExpirationTime();

    long getRemainingTime();

    void setRefreshCallback(Callback callback);

    Callback getRefreshCallback();

    void setExpiryCallback(Callback callback);

    Callback getExpiryCallback();

    interface Callback extends Serializable {
        void handle(SipSession session);
    }

    interface Preference {
        void setRefresher(Refresher refresher);

        Refresher getRefresher();

        void setMinimumExpiration(int minSE);

        int getMinimumExpiration();

        void setExpiration(int expiration);

        int getExpiration();

        void setEnabled(boolean enabled);

        boolean getEnabled();
    }

    enum Refresher {
        NONE,

        UAC,

        UAS
    }
}
