// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

/**
 * Is told when an ACK, a PRACK or a NOTIFY that had to come did not (JSR 289 §7).
 *
 * @see jakarta.servlet.sip.annotation.SipListener
 */
public interface SipErrorListener extends EventListener {
    /**
     * Tells that no ACK came within 64*T1 (32 s) after a 2xx to an INVITE. The application should send BYE (RFC 3261
     * §13.3.1.4).
     *
     * @param ee has the INVITE and the 2xx
     */
    void noAckReceived(SipErrorEvent ee);

    /**
     * Tells that no PRACK came within 64*T1 (32 s) after a reliable provisional response. The application should
     * answer the INVITE with a 5xx (RFC 3262 §3).
     *
     * @param ee has the INVITE and the provisional response
     */
    void noPrackReceived(SipErrorEvent ee);

    /**
     * Tells that no NOTIFY came within 64*T1 (32 s) after a SUBSCRIBE was sent (RFC 6665 §4.1.2.4).
     *
     * @param ee has the SUBSCRIBE
     */
    void noNotifyReceived(SipErrorEvent ee);
}
