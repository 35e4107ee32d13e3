// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import java.lang.annotation.Annotation;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives components of an application what the server has for them (JSR 289 §18): an entry of the descriptor that names the
 * field or setter, else by the name in {@code @Resource}, else by type. Immutable.
 */
final class Injection {

    private static final Logger log = LoggerFactory.getLogger(Injection.class);

    private final Resources resources;
    private final Optional<Beans> beans;

    /** @param beans serves {@code @Inject} if the application has CDI */
    Injection(Resources resources, Optional<Beans> beans) {
        this.resources = resources;
        this.beans = beans;
    }

    /** Makes a component: public constructor without parameters, fields, setters, {@code @PostConstruct}. */
    <T> T create(ClassLoader loader, String className, Class<T> type) throws ServletException {
        try {
            Class<?> found = loader.loadClass(className);
            if (!type.isAssignableFrom(found)) {
                throw new ServletException("class " + className + " is no " + type.getName());
            }
            if (beans.isPresent()) {
                return type.cast(make(found, beans.get()));
            }
            T component = type.cast(found.getDeclaredConstructor().newInstance());
            inject(component);
            return component;
        } catch (ClassNotFoundException e) {
            throw new ServletException("class " + className + " is not in the archive", e);
        } catch (InvocationTargetException e) {
            throw new ServletException("the constructor of " + className + " threw " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new ServletException("class " + className + " has no public constructor without parameters", e);
        } catch (LinkageError e) {
            throw new ServletException("class " + className + " cannot be loaded: " + e, e);
        }
    }

    private Object make(Class<?> type, Beans cdi) throws ServletException {
        Beans.Made made;
        try {
            made = cdi.make(type);
        } catch (RuntimeException e) { // unsatisfied, or what the constructor threw
            throw new ServletException("class " + type.getName() + ": CDI cannot make it: " + e.getMessage(), e);
        }
        if (!made.shared()) {
            resources(made.instance());
        }
        return made.instance();
    }

    void inject(Object component) throws ServletException {
        if (beans.isPresent()) {
            try {
                beans.get().inject(component);
            } catch (RuntimeException e) {
                throw new ServletException(
                        "class " + component.getClass().getName() + ": CDI cannot inject: " + e.getMessage(), e);
            }
        }
        resources(component);
    }

    private void resources(Object component) throws ServletException {
        injectMembers(component, component.getClass());
        callAnnotated(component, PostConstruct.class);
    }

    private void injectMembers(Object component, Class<?> type) throws ServletException {
        Class<?> parent = type.getSuperclass();
        if (parent != null && parent != Object.class) {
            injectMembers(component, parent);
        }
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                Optional<Object> value = value(type, field, field.getName(), field.getType());
                if (value.isPresent()) {
                    set(component, field, value.get());
                }
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isSetter(method)) {
                Optional<Object> value = value(type, method, property(method), method.getParameterTypes()[0]);
                if (value.isPresent()) {
                    call(component, method, value.get());
                }
            }
        }
    }

    private static boolean isSetter(Method method) {
        String name = method.getName();
        return name.startsWith("set")
                && name.length() > "set".length()
                && method.getParameterCount() == 1
                && !Modifier.isStatic(method.getModifiers())
                && !method.isBridge();
    }

    private static String property(Method setter) {
        String name = setter.getName().substring("set".length());
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    private Optional<Object> value(Class<?> declaring, AccessibleObject member, String property, Class<?> type) {
        Optional<Object> targeted = resources.targeted(declaring, property).filter(fits(type)::isInstance);
        if (targeted.isPresent()) {
            return targeted;
        }
        Resource resource = member.getAnnotation(Resource.class);
        if (resource == null) {
            return member.isAnnotationPresent(Inject.class) && beans.isEmpty()
                    ? resources.typed(type)
                    : Optional.empty();
        }
        Optional<Object> found = named(resource.lookup())
                .or(() -> named(resource.name()))
                .or(() -> named(resource.mappedName()))
                .or(() -> named(declaring.getName() + '/' + property))
                .filter(fits(type)::isInstance)
                .or(() -> resources.typed(type));
        if (found.isEmpty() && !EnvEntry.isType(type)) {
            log.warn(
                    "class {}: nothing of type {} for @Resource {}; it stays as it is",
                    declaring.getName(),
                    type.getName(),
                    property);
        }
        return found;
    }

    private Optional<Object> named(String name) {
        return name.isEmpty() ? Optional.empty() : resources.named(name);
    }

    private static Class<?> fits(Class<?> type) {
        return EnvEntry.boxed(type);
    }

    private static void set(Object component, Field field, Object resource) throws ServletException {
        try {
            field.setAccessible(true);
            field.set(component, resource);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new ServletException("cannot inject " + field, e);
        }
    }

    private static void call(Object component, Method method, Object... arguments) throws ServletException {
        try {
            method.setAccessible(true);
            method.invoke(component, arguments);
        } catch (InvocationTargetException e) {
            throw new ServletException(method + " threw " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new ServletException("cannot call " + method, e);
        }
    }

    /** Calls the methods without parameters that carry the annotation, those of the superclass first. */
    private static void callAnnotated(Object component, Class<? extends Annotation> annotation)
            throws ServletException {
        callAnnotated(component, component.getClass(), annotation);
    }

    static void preDestroy(Object component) throws ServletException {
        callAnnotated(component, PreDestroy.class);
    }

    private static void callAnnotated(Object component, Class<?> type, Class<? extends Annotation> annotation)
            throws ServletException {
        Class<?> parent = type.getSuperclass();
        if (parent != null && parent != Object.class) {
            callAnnotated(component, parent, annotation);
        }
        for (Method method : type.getDeclaredMethods()) {
            if (method.isAnnotationPresent(annotation) && method.getParameterCount() == 0) {
                call(component, method);
            }
        }
    }
}
