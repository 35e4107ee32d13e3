// SPDX-License-Identifier: Apache-2.0
/** Annotations that configure a SIP application and choose the methods of POJOs (JSR 289 §18, JSR 359). */
package jakarta.servlet.sip.annotation;
