// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

public interface SipErrorListener extends EventListener {
    void noAckReceived(SipErrorEvent ee);

    void noPrackReceived(SipErrorEvent ee);

    void noNotifyReceived(SipErrorEvent ee);
}
