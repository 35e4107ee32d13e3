// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.tls;

/**
 * What a TLS listener is told. Immutable.
 *
 * @param keys who this server is, to those who connect and to those it connects to
 * @param trust whose word on a peer's name counts
 */
public record TlsOptions(KeySource keys, TrustSource trust, ClientAuth clientAuth) {}
