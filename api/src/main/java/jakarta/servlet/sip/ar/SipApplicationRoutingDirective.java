// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.ar;

/** How a request an application sends relates to the one it got, for the application router (JSR 289 §15). */
public enum SipApplicationRoutingDirective {
    /** Not at all: the router starts anew. */
    NEW,

    /** It goes on: the router continues with the applications after this one. */
    CONTINUE,

    /** It goes the other way: the router turns from the caller's to the called party's side, or back. */
    REVERSE
}
