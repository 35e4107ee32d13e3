// SPDX-License-Identifier: Apache-2.0
/** The contract between the container and an application router (JSR 289 §15). */
package jakarta.servlet.sip.ar;
