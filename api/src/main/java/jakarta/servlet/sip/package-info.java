// SPDX-License-Identifier: Apache-2.0
/** SIP servlets: messages, sessions, proxies, back-to-back user agents and timers (JSR 116, JSR 289, JSR 359). */
package jakarta.servlet.sip;
