// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.descriptor.LoginConfig.IdentityAssertion;
import org.trapezoid.servlet.descriptor.SecurityConstraint.TransportGuarantee;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** Checks the content of one sip.xml and makes values of it. Used by one thread. */
final class SipXmlMapper {
    private static final String OLD_NAMESPACE = "http://www.jcp.org/xml/ns/sipservlet";

    private final String file;
    private final SipXml xml;
    private final SipXmlFilter reader;

    SipXmlMapper(String file, SipXml xml, SipXmlFilter reader) {
        this.file = file;
        this.xml = xml;
        this.reader = reader;
    }

    Declaration declaration() throws DeploymentException {
        return new Declaration(
                where(xml),
                text(xml.appName),
                version(),
                xml.metadataComplete,
                first(xml.displayNames),
                xml.distributable != null,
                params(xml.contextParams),
                listeners(),
                servlets(),
                mainServlet(),
                mappings(),
                proxyTimeout(),
                sessionTimeout(),
                constraints(),
                login(),
                roles(),
                references(),
                new Declaration.Options(
                        concurrency(),
                        flag("disable-cancel-handling", xml.disableCancelHandling),
                        flag("establish-dialog-on-subscribe-transaction", xml.establishDialogOnSubscribe),
                        flag("enable-derived-session-attribute-cloning", xml.cloneDerivedAttributes)),
                Optional.empty());
    }

    private DescriptorVersion version() throws DeploymentException {
        var version = text(xml.version);
        if (version.isPresent()) {
            return DescriptorVersion.of(version.get())
                    .orElseThrow(() -> fault(xml, "version is \"" + version.get() + "\"; expected 1.0, 1.1 or 2.0"));
        }
        if (reader.declares1_0()) {
            return DescriptorVersion.V1_0;
        }
        if (reader.rootNamespace().isEmpty()) {
            // JSR 289 applications often forget the namespace; those of JSR 116 have no name.
            return xml.appName == null ? DescriptorVersion.V1_0 : DescriptorVersion.V1_1;
        }
        return reader.rootNamespace().equals(OLD_NAMESPACE) ? DescriptorVersion.V1_1 : DescriptorVersion.V2_0;
    }

    private Map<String, String> params(List<SipXml.Param> params) throws DeploymentException {
        var values = new LinkedHashMap<String, String>();
        for (SipXml.Param param : params) {
            var name = required(param, "param-name", param.name);
            if (values.putIfAbsent(name, text(param.value).orElse("")) != null) {
                throw fault(param, "the parameter " + name + " is there twice");
            }
        }
        return values;
    }

    private List<String> listeners() throws DeploymentException {
        var classes = new ArrayList<String>();
        for (SipXml.Listener listener : xml.listeners) {
            classes.add(required(listener, "listener-class", listener.className));
        }
        return classes;
    }

    private List<Declaration.Servlet> servlets() throws DeploymentException {
        var servlets = new ArrayList<Declaration.Servlet>();
        for (SipXml.Servlet servlet : xml.servlets) {
            var links = new LinkedHashMap<String, String>();
            for (SipXml.RoleRef ref : servlet.roleRefs) {
                var name = required(ref, "role-name", ref.name);
                links.put(name, text(ref.link).orElse(name));
            }
            servlets.add(new Declaration.Servlet(
                    where(servlet),
                    required(servlet, "servlet-name", servlet.name),
                    text(servlet.className),
                    first(servlet.displayNames),
                    params(servlet.initParams),
                    loadOnStartup(servlet.loadOnStartup),
                    servlet.runAs == null ? Optional.empty() : text(servlet.runAs.name),
                    links));
        }
        return servlets;
    }

    private Optional<Declaration.Name> mainServlet() throws DeploymentException {
        SipXml.Text main = null;
        for (SipXml.Selection selection : xml.selections) {
            if (selection.mainServlet != null) {
                if (main != null) {
                    throw fault(selection, "main-servlet is there twice");
                }
                main = selection.mainServlet;
            }
        }
        return main == null
                ? Optional.empty()
                : Optional.of(new Declaration.Name(where(main), required(main, "main-servlet", main.value)));
    }

    private List<Declaration.Mapping> mappings() throws DeploymentException {
        var all = new ArrayList<>(xml.mappings);
        for (SipXml.Selection selection : xml.selections) {
            all.addAll(selection.mappings);
        }
        var compiler = new PatternCompiler(file);
        var mappings = new ArrayList<Declaration.Mapping>();
        for (SipXml.Mapping mapping : all) {
            if (mapping.pattern == null) {
                throw fault(mapping, "servlet-mapping lacks its pattern");
            }
            mappings.add(new Declaration.Mapping(
                    where(mapping),
                    new ServletMapping(
                            required(mapping, "servlet-name", mapping.servletName),
                            compiler.compile(mapping.pattern))));
        }
        return mappings;
    }

    private OptionalInt proxyTimeout() throws DeploymentException {
        var config = atMostOne("proxy-config", xml.proxyConfigs);
        var timeout = config.isPresent() ? number("proxy-timeout", config.get().timeout) : OptionalInt.empty();
        if (timeout.isPresent() && timeout.getAsInt() <= 0) {
            throw fault(config.orElse(null), "proxy-timeout is " + timeout.getAsInt() + "; expected seconds above 0");
        }
        return timeout;
    }

    private OptionalInt sessionTimeout() throws DeploymentException {
        var config = atMostOne("session-config", xml.sessionConfigs);
        return config.isPresent() ? number("session-timeout", config.get().timeout) : OptionalInt.empty();
    }

    private List<SecurityConstraint> constraints() throws DeploymentException {
        var constraints = new ArrayList<SecurityConstraint>();
        for (SipXml.Constraint constraint : xml.constraints) {
            if (constraint.collections.isEmpty()) {
                throw fault(constraint, "security-constraint lacks its resource-collection");
            }
            var resources = new ArrayList<SecurityConstraint.Resources>();
            for (SipXml.Collection each : constraint.collections) {
                resources.add(new SecurityConstraint.Resources(
                        text(each.name).orElse(""), texts(each.servlets), texts(each.methods), List.of()));
            }
            constraints.add(new SecurityConstraint(
                    first(constraint.displayNames),
                    resources,
                    constraint.proxyAuthentication != null,
                    constraint.auth == null ? Optional.empty() : Optional.of(texts(constraint.auth.roles)),
                    guarantee(constraint.userData)));
        }
        return constraints;
    }

    private TransportGuarantee guarantee(SipXml.@Nullable UserData userData) throws DeploymentException {
        if (userData == null) {
            return TransportGuarantee.NONE;
        }
        var name = required(userData, "transport-guarantee", userData.guarantee);
        for (TransportGuarantee guarantee : TransportGuarantee.values()) {
            if (guarantee.name().equals(name)) {
                return guarantee;
            }
        }
        throw fault(userData, "transport-guarantee is " + name + "; expected NONE, INTEGRAL or CONFIDENTIAL");
    }

    private Optional<LoginConfig> login() throws DeploymentException {
        var login = atMostOne("login-config", xml.logins);
        if (login.isEmpty()) {
            return Optional.empty();
        }
        var assertion = login.get().assertion;
        return Optional.of(new LoginConfig(
                text(login.get().authMethod),
                text(login.get().realmName),
                assertion == null ? IdentityAssertion.NONE : scheme(assertion),
                assertion != null && isRequired(assertion)));
    }

    private IdentityAssertion scheme(SipXml.Assertion assertion) throws DeploymentException {
        var scheme = required(assertion, "identity-assertion-scheme", assertion.scheme);
        return switch (scheme.toLowerCase(Locale.ROOT)) {
            case "p-asserted-identity" -> IdentityAssertion.P_ASSERTED_IDENTITY;
            case "identity" -> IdentityAssertion.IDENTITY;
            case "websocket" -> IdentityAssertion.WEBSOCKET;
            default ->
                throw fault(
                        assertion,
                        "identity-assertion-scheme is " + scheme
                                + "; expected P-Asserted-Identity, Identity or WebSocket");
        };
    }

    private boolean isRequired(SipXml.Assertion assertion) throws DeploymentException {
        var support = text(assertion.support).orElse("SUPPORTED");
        return switch (support) {
            case "REQUIRED" -> true;
            case "SUPPORTED" -> false;
            default ->
                throw fault(assertion, "identity-assertion-support is " + support + "; expected REQUIRED or SUPPORTED");
        };
    }

    private List<String> roles() throws DeploymentException {
        var names = new ArrayList<String>();
        for (SipXml.Role role : xml.roles) {
            names.add(required(role, "role-name", role.name));
        }
        return names;
    }

    private List<ResourceReference> references() throws DeploymentException {
        var references = new ArrayList<ResourceReference>();
        for (SipXml.Reference reference : xml.references) {
            references.add(new ResourceReference(
                    reference.kind(),
                    required(reference, "name", reference.name),
                    text(reference.type),
                    text(reference.value),
                    text(reference.lookup),
                    targets(reference)));
        }
        return references;
    }

    private static List<ResourceReference.Target> targets(SipXml.Reference reference) {
        var targets = new ArrayList<ResourceReference.Target>();
        for (Element element : reference.other) {
            if ("injection-target".equals(localName(element))) {
                var className = childText(element, "injection-target-class");
                var name = childText(element, "injection-target-name");
                if (className.isPresent() && name.isPresent()) {
                    targets.add(new ResourceReference.Target(className.get(), name.get()));
                }
            }
        }
        return targets;
    }

    private static Optional<String> childText(Element parent, String name) {
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (name.equals(localName(child))) {
                return Optional.ofNullable(child.getTextContent()).map(String::strip);
            }
        }
        return Optional.empty();
    }

    private static String localName(Node node) {
        return node.getLocalName() == null ? node.getNodeName() : node.getLocalName();
    }

    private Optional<ConcurrencyMode> concurrency() throws DeploymentException {
        if (xml.concurrencyMode == null) {
            return Optional.empty();
        }
        var name = required(xml.concurrencyMode, "concurrency-mode", xml.concurrencyMode.value);
        return Optional.of(ConcurrencyMode.of(name)
                .orElseThrow(() -> fault(
                        xml.concurrencyMode,
                        "concurrency-mode is " + name + "; expected VENDORSPECIFIC or APPLICATIONSESSION")));
    }

    private Optional<Boolean> flag(String element, SipXml.@Nullable Text text) throws DeploymentException {
        if (text == null) {
            return Optional.empty();
        }
        return switch (text(text.value).orElse("true")) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> throw fault(text, element + " is \"" + text.value + "\"; expected true or false");
        };
    }

    private <T extends Located> Optional<T> atMostOne(String element, List<T> all) throws DeploymentException {
        if (all.size() > 1) {
            throw fault(all.get(1), element + " is there twice; it may occur once");
        }
        return all.stream().findFirst();
    }

    /** An empty element asks for loading at the container's choice of time at startup. */
    private OptionalInt loadOnStartup(SipXml.@Nullable Text text) throws DeploymentException {
        return text != null && text(text.value).isEmpty() ? OptionalInt.of(0) : number("load-on-startup", text);
    }

    private OptionalInt number(String element, SipXml.@Nullable Text text) throws DeploymentException {
        if (text == null) {
            return OptionalInt.empty();
        }
        var digits = required(text, element, text.value);
        try {
            return OptionalInt.of(Integer.parseInt(digits));
        } catch (NumberFormatException e) {
            throw fault(text, element + " is \"" + digits + "\"; expected a number");
        }
    }

    private String required(Located where, String element, @Nullable String text) throws DeploymentException {
        return text(text).orElseThrow(() -> fault(where, element + " is missing or empty"));
    }

    private static List<String> texts(List<String> texts) {
        var values = new ArrayList<String>();
        for (String text : texts) {
            text(text).ifPresent(values::add);
        }
        return values;
    }

    private static Optional<String> first(List<String> texts) {
        return texts.isEmpty() ? Optional.empty() : text(texts.get(0));
    }

    /** Editors break lines inside names; the white space around a text never counts. */
    private static Optional<String> text(@Nullable String text) {
        return Optional.ofNullable(text).map(String::strip).filter(value -> !value.isEmpty());
    }

    private String where(Located located) {
        return file + ":" + located.line;
    }

    private DeploymentException fault(@Nullable Located located, String rule) {
        return new DeploymentException(located == null ? file : where(located), rule);
    }
}
