// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.ar;

/**
 * Tells an application router that a request is meant for an existing session: of which application, and how the
 * request says so (JSR 289 §15.11). Immutable.
 */
public class SipTargetedRequestInfo {
    private final SipTargetedRequestType targetedRequestType;
    private final String applicationName;

    /**
     * Makes the information.
     *
     * @param targetedRequestType how the request names the session
     * @param applicationName the name of the application that owns the session
     */
    public SipTargetedRequestInfo(SipTargetedRequestType targetedRequestType, String applicationName) {
        this.targetedRequestType = targetedRequestType;
        this.applicationName = applicationName;
    }

    /** {@return the name of the application that owns the session} */
    public String getApplicationName() {
        return applicationName;
    }

    /** {@return how the request names the session} */
    public SipTargetedRequestType getType() {
        return targetedRequestType;
    }
}
