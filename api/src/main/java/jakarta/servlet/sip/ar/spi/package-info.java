// SPDX-License-Identifier: Apache-2.0
/** How an application router is found (JSR 289 §15). */
package jakarta.servlet.sip.ar.spi;
