// SPDX-License-Identifier: Apache-2.0
/** Annotations that ask for authentication, roles and secure transport (JSR 359). */
package jakarta.servlet.sip.annotation.security;
