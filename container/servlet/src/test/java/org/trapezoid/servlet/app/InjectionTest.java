// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.descriptor.ResourceReference;
import org.trapezoid.servlet.descriptor.ResourceReference.Kind;
import org.trapezoid.servlet.descriptor.ResourceReference.Target;

class InjectionTest {

    private static final Runnable SERVICE = new Service();

    private record Service() implements Runnable {
        @Override
        public void run() {}
    }

    static class Parent {
        @Resource
        private @Nullable Runnable inherited;
    }

    static final class Component extends Parent {
        @Inject
        private @Nullable Runnable byType;

        @Resource(name = "greeting")
        private String byName = "none";

        @Resource(lookup = "java:comp/env/alias")
        private @Nullable Runnable byLookup;

        @Resource
        private int limit = 3;

        @Resource
        private @Nullable List<String> unknown;

        private char targeted = 'a';
        private @Nullable Runnable bySetter;
        private boolean complete;

        @Inject
        void setService(Runnable service) {
            bySetter = service;
        }

        @PostConstruct
        void check() {
            complete = bySetter != null && byType != null;
        }
    }

    private static ResourceReference entry(String name, String type, String value, Target... targets) {
        return new ResourceReference(
                Kind.ENV_ENTRY, name, Optional.of(type), Optional.of(value), Optional.empty(), List.of(targets));
    }

    private static Component injected(ResourceReference... references) throws ServletException {
        Component component = new Component();
        new Injection(Resources.of("app", Map.of(Runnable.class, SERVICE), List.of(references)), Optional.empty())
                .inject(component);
        return component;
    }

    @Test
    void givesByTypeNameAndTargetBeforePostConstruct() throws ServletException {
        Component component = injected(
                entry("greeting", "java.lang.String", "hello"),
                entry(Component.class.getName() + "/limit", "java.lang.Integer", " 17 "),
                entry("letter", "java.lang.Character", "z", new Target(Component.class.getName(), "targeted")),
                new ResourceReference(
                        Kind.RESOURCE_REF,
                        "alias",
                        Optional.of("java.lang.Runnable"),
                        Optional.empty(),
                        Optional.empty(),
                        List.of()));

        assertThat(((Parent) component).inherited).isSameAs(SERVICE);
        assertThat(component.byType).isSameAs(SERVICE);
        assertThat(component.bySetter).isSameAs(SERVICE);
        assertThat(component.byLookup).isSameAs(SERVICE);
        assertThat(component.byName).isEqualTo("hello");
        assertThat(component.limit).isEqualTo(17);
        assertThat(component.targeted).isEqualTo('z');
        assertThat(component.complete).isTrue();
    }

    @Test
    void leavesWhatIsNotThere() throws ServletException {
        Component component = injected();

        assertThat(component.byName).isEqualTo("none");
        assertThat(component.limit).isEqualTo(3);
        assertThat(component.unknown).isNull();
    }

    @Test
    void bindsServicesByTheNameOfTheApplication() throws ServletException {
        ResourceReference alias = new ResourceReference(
                Kind.RESOURCE_REF,
                "mine",
                Optional.empty(),
                Optional.empty(),
                Optional.of("java:comp/env/sip/app/Runnable"),
                List.of());

        Map<String, Object> names = Resources.of("app", Map.of(Runnable.class, SERVICE), List.of(alias))
                .environment();

        assertThat(names).containsOnlyKeys("sip/app/Runnable", "mine").containsEntry("mine", SERVICE);
    }

    @Test
    void refusesAValueThatIsNotOfItsType() {
        assertThatThrownBy(() -> injected(entry("limit", "java.lang.Integer", "many")))
                .isInstanceOf(ServletException.class)
                .hasMessageContaining("application app")
                .hasMessageContaining("limit")
                .hasMessageContaining("many");
    }
}
