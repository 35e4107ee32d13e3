// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;

/** Gives components of an application what the server has for them, by type (JSR 289 §18). Immutable. */
final class Injection {

    private final Map<Class<?>, Object> resources;

    Injection(Map<Class<?>, Object> resources) {
        this.resources = resources;
    }

    /** Makes a component: public constructor without parameters, fields, {@code @PostConstruct}. */
    <T> T create(ClassLoader loader, String className, Class<T> type) throws ServletException {
        try {
            Class<?> found = loader.loadClass(className);
            if (!type.isAssignableFrom(found)) {
                throw new ServletException("class " + className + " is no " + type.getName());
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

    void inject(Object component) throws ServletException {
        for (Class<?> c = component.getClass(); c != null && c != Object.class; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                boolean wanted = field.isAnnotationPresent(Resource.class) || field.isAnnotationPresent(Inject.class);
                Object resource = resources.get(field.getType());
                if (wanted && resource != null && !Modifier.isStatic(field.getModifiers())) {
                    set(component, field, resource);
                }
            }
        }
        callAnnotated(component, PostConstruct.class);
    }

    private static void set(Object component, Field field, Object resource) throws ServletException {
        try {
            field.setAccessible(true);
            field.set(component, resource);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new ServletException("cannot inject " + field, e);
        }
    }

    /** Calls the methods without parameters that carry the annotation, those of the superclass first. */
    static void callAnnotated(Object component, Class<? extends Annotation> annotation) throws ServletException {
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
                try {
                    method.setAccessible(true);
                    method.invoke(component);
                } catch (InvocationTargetException e) {
                    throw new ServletException(method + " threw " + e.getCause(), e.getCause());
                } catch (ReflectiveOperationException e) {
                    throw new ServletException("cannot call " + method, e);
                }
            }
        }
    }
}
