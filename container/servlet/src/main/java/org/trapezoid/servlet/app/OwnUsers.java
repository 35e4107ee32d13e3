// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.UserStore;
import org.trapezoid.servlet.security.Realms;

/** The users of one application: those of the {@link UserStore} in its context, else those of the server. Thread-safe. */
public final class OwnUsers implements Supplier<Realms> {
    private static final String SERVICE = "META-INF/services/" + UserStore.class.getName();

    private record Own(UserStore store, Realms realms) {}

    private final ServletContext context;
    private final Realms ofServer;
    private final Function<UserStore, Realms> realms;
    private volatile @Nullable Own own;

    /** @param realms those over a store */
    public OwnUsers(ServletContext context, Realms ofServer, Function<UserStore, Realms> realms) {
        this.context = context;
        this.ofServer = ofServer;
        this.realms = realms;
    }

    @Override
    public Realms get() {
        if (!(context.getAttribute(UserStore.ATTRIBUTE) instanceof UserStore store)) {
            return ofServer;
        }
        Own known = own;
        if (known == null || known.store() != store) {
            known = new Own(store, realms.apply(store));
            own = known;
        }
        return known.realms();
    }

    /** Makes the store that the archive names, unless a listener has set one. */
    static void publish(AppSource source, Components components) throws ServletException {
        URL file = source.loader().getResource(SERVICE);
        if (file == null || source.servletContext().getAttribute(UserStore.ATTRIBUTE) != null) {
            return;
        }
        String className = className(file);
        source.servletContext()
                .setAttribute(UserStore.ATTRIBUTE, components.sip(source.loader(), className, UserStore.class));
    }

    /** The first line that is not a comment, as {@link java.util.ServiceLoader} reads it. */
    private static String className(URL file) throws ServletException {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(file.openStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int comment = line.indexOf('#');
                String name = (comment < 0 ? line : line.substring(0, comment)).strip();
                if (!name.isEmpty()) {
                    return name;
                }
            }
        } catch (IOException e) {
            throw new ServletException(file + " cannot be read: " + e, e);
        }
        throw new ServletException(file + " names no class; expected one that implements " + UserStore.class.getName());
    }
}
