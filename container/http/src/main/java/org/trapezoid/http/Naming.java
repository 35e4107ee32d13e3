// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.util.Collections;
import java.util.Map;
import javax.naming.Context;
import javax.naming.NameClassPair;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import org.eclipse.jetty.jndi.ContextFactory;
import org.eclipse.jetty.jndi.NamingContext;
import org.eclipse.jetty.jndi.java.javaRootURLContext;

/**
 * The naming environment {@code java:comp/env} of one application: what a thread sees whose context class loader is the
 * application's, or a child of it. Applications cannot change it. Used by the deploying thread.
 */
@SuppressWarnings("BanJNDI") // the names are those of descriptors, the values our own objects
final class Naming implements AutoCloseable {

    private static final String COMPONENT = "java:comp/";

    private final ClassLoader loader;
    private final int key = System.identityHashCode(this);

    private Naming(ClassLoader loader) {
        this.loader = loader;
    }

    /** @param entries by their names below {@code java:comp/env} */
    static Naming bind(ClassLoader loader, Map<String, Object> entries) throws NamingException {
        Naming naming = new Naming(loader);
        Context component = naming.component();
        Context environment = component.createSubcontext("env");
        for (Map.Entry<String, Object> entry : entries.entrySet()) {
            if (entry.getKey().startsWith(COMPONENT)) {
                component.rebind(entry.getKey().substring(COMPONENT.length()), entry.getValue());
            } else {
                bind(environment, entry.getKey(), entry.getValue());
            }
        }
        component.addToEnvironment(NamingContext.LOCK_PROPERTY, naming.key);
        return naming;
    }

    private static void bind(Context environment, String name, Object value) throws NamingException {
        Context context = environment;
        int start = 0;
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', start)) {
            context = subcontext(context, name.substring(start, slash));
            start = slash + 1;
        }
        context.rebind(name.substring(start), value);
    }

    private static Context subcontext(Context parent, String name) throws NamingException {
        try {
            if (parent.lookup(name) instanceof Context there) {
                return there;
            }
        } catch (NameNotFoundException missing) {
            return parent.createSubcontext(name);
        }
        throw new NamingException("the name " + name + " of java:comp/env is that of an entry and of a part of others");
    }

    @Override
    public void close() throws NamingException {
        Context component = component();
        component.addToEnvironment(NamingContext.UNLOCK_PROPERTY, key);
        component.destroySubcontext("env");
        for (NameClassPair beside : Collections.list(component.list(""))) { // else it would hold the application
            component.unbind(beside.getName());
        }
    }

    private Context component() throws NamingException {
        ClassLoader before = ContextFactory.associateClassLoader(loader);
        try {
            return (Context) new javaRootURLContext(null).lookup("comp");
        } finally {
            ContextFactory.associateClassLoader(before);
        }
    }
}
