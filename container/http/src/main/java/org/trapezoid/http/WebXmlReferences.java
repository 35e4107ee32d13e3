// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.ee11.webapp.Descriptor;
import org.eclipse.jetty.ee11.webapp.DescriptorProcessor;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.xml.XmlParser;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.descriptor.ResourceReference;
import org.trapezoid.servlet.descriptor.ResourceReference.Kind;

/** Gathers what web.xml and its fragments declare of the naming environment. Used by the deploying thread. */
final class WebXmlReferences implements DescriptorProcessor {

    /** The elements that hold name, type and value. */
    private record Shape(Kind kind, String name, String type, String value) {}

    private static final Map<String, Shape> SHAPES = Map.of(
            "env-entry", new Shape(Kind.ENV_ENTRY, "env-entry-name", "env-entry-type", "env-entry-value"),
            "resource-ref", new Shape(Kind.RESOURCE_REF, "res-ref-name", "res-type", ""),
            "resource-env-ref", new Shape(Kind.RESOURCE_ENV_REF, "resource-env-ref-name", "resource-env-ref-type", ""),
            "ejb-ref", new Shape(Kind.EJB_REF, "ejb-ref-name", "remote", "ejb-link"),
            "ejb-local-ref", new Shape(Kind.EJB_LOCAL_REF, "ejb-ref-name", "local", "ejb-link"));

    private final List<ResourceReference> references = new ArrayList<>();

    List<ResourceReference> references() {
        return List.copyOf(references);
    }

    @Override
    public void process(WebAppContext context, @Nullable Descriptor descriptor) {
        if (descriptor == null) { // Jetty asks for each place where there may be one
            return;
        }
        for (Object each : descriptor.getRoot()) {
            if (each instanceof XmlParser.Node node) {
                Shape shape = SHAPES.get(node.getTag());
                if (shape != null) {
                    add(node, shape);
                }
            }
        }
    }

    private void add(XmlParser.Node node, Shape shape) {
        text(node, shape.name())
                .ifPresent(name -> references.add(new ResourceReference(
                        shape.kind(),
                        name,
                        text(node, shape.type()),
                        text(node, shape.value()),
                        text(node, "lookup-name").or(() -> text(node, "mapped-name")),
                        targets(node))));
    }

    private static List<ResourceReference.Target> targets(XmlParser.Node node) {
        List<ResourceReference.Target> targets = new ArrayList<>();
        for (Object each : node) {
            if (each instanceof XmlParser.Node child && child.getTag().equals("injection-target")) {
                Optional<String> className = text(child, "injection-target-class");
                Optional<String> name = text(child, "injection-target-name");
                if (className.isPresent() && name.isPresent()) {
                    targets.add(new ResourceReference.Target(className.get(), name.get()));
                }
            }
        }
        return targets;
    }

    private static Optional<String> text(XmlParser.Node node, String tag) {
        @Nullable String text = tag.isEmpty() ? null : node.getString(tag, false, true);
        return Optional.ofNullable(text).filter(some -> !some.isEmpty());
    }
}
