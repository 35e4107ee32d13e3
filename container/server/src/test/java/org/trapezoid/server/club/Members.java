// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.club;

import jakarta.annotation.Resource;
import jakarta.servlet.sip.SipFactory;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.UserStore;

/** Everybody with the right password, once it was given what it needs. */
public class Members implements UserStore {

    @Resource
    private @Nullable SipFactory factory;

    @Override
    public Optional<User> find(String name, String realm) {
        if (factory == null
                || !Thread.currentThread()
                        .getContextClassLoader()
                        .equals(getClass().getClassLoader())) {
            throw new IllegalStateException("it was not made as a component of its application");
        }
        return Optional.of(User.withPassword("of " + realm, Set.of("member")));
    }
}
