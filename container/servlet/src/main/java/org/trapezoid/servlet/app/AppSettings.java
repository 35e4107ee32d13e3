// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import java.time.Duration;
import java.util.Optional;
import org.trapezoid.servlet.security.RunAs;
import org.trapezoid.sip.message.Request;

/**
 * What a descriptor or its annotations fix for an application.
 *
 * @param sessionTimeout the first lifetime of an application session; empty for one that never expires
 * @param proxyTimeout of proxies that set no other
 * @param invalidateWhenReady the default for new sessions: true unless the descriptor is of version 1.0 (JSR 289 §6.1.2)
 * @param sharesAttributes whether a session that is derived by a fork begins with the attributes of the first one: always before
 *     2.0, then as {@code enableDerivedSessionAttributeCloning} says
 * @param answersCancel whether the container answers an INVITE that is cancelled: unless {@code disableCancelHandling} is set
 * @param distributable whether its sessions may go on at another node (JSR 289 §16)
 * @param stateless whether {@code Proxy.setStateful(false)} is honoured ({@code org.trapezoid.stateless})
 * @param extensions what the container does beyond the application's own messages
 * @param key names the application session of an initial request
 * @param selection which servlet takes an initial request
 * @param runAs as whom servlets send requests to other applications
 */
public record AppSettings(
        Optional<Duration> sessionTimeout,
        Duration proxyTimeout,
        boolean invalidateWhenReady,
        boolean sharesAttributes,
        boolean answersCancel,
        boolean distributable,
        boolean stateless,
        Extensions extensions,
        Optional<ApplicationKey> key,
        Selection selection,
        RunAs runAs) {

    /** Which servlet takes an initial request (JSR 289 §17); also the first handler of sessions that the application makes. */
    public interface Selection {

        /** Empty when no mapping matches. */
        Optional<String> select(Request request, Optional<org.trapezoid.sip.header.NameAddr> poppedRoute);

        /** The main servlet, or the first one declared. */
        String initial();
    }
}
