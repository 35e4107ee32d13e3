// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one application of sip.xml and annotations, JSR 289 §18.2. Used by one thread. The descriptor wins over the annotation for
 * the same value; rules that both together break fail the deployment.
 */
final class DescriptorMerger {
    private static final Logger log = LoggerFactory.getLogger(DescriptorMerger.class);

    private final String archive;
    private final Optional<Declaration> sipXml;
    private final Declaration xml;
    private final AnnotatedArchive annotated;
    private final Declaration annotations;

    /** The archive is named without its suffix. */
    DescriptorMerger(String archive, Optional<Declaration> sipXml, AnnotatedArchive annotated) {
        this.archive = archive;
        this.sipXml = sipXml;
        this.xml = sipXml.orElseGet(() -> Declaration.none(DescriptorVersion.V2_0));
        this.annotated = annotated;
        this.annotations = annotated.declaration();
    }

    AppDescriptor merge() throws DeploymentException {
        var version = sipXml.map(Declaration::version).orElse(annotations.version());
        var name = name(version);
        var servlets = servlets();
        var constraints = constraints(servlets);
        return new AppDescriptor(
                name,
                version,
                xml.displayName().or(annotations::displayName),
                xml.distributable() || annotations.distributable(),
                xml.contextParams(),
                listeners(),
                servlets,
                selection(servlets),
                seconds(xml.proxyTimeout(), annotations.proxyTimeout()),
                minutes(xml.sessionTimeout(), annotations.sessionTimeout()),
                constraints,
                login(constraints),
                roles(),
                xml.resources(),
                options(),
                annotations.keyMethod());
    }

    private String name(DescriptorVersion version) throws DeploymentException {
        var declared = xml.appName();
        var annotation = annotations.appName();
        if (declared.isPresent() && annotation.isPresent() && !declared.equals(annotation)) {
            throw new DeploymentException(
                    annotations.where(),
                    "@SipApplication names the application " + annotation.get() + ", but " + xml.where() + " names it "
                            + declared.get() + "; expected one name");
        }
        var name = declared.or(() -> annotation).or(this::claimed).or(() -> byArchive(version));
        if (name.isEmpty()) {
            throw new DeploymentException(
                    archive, "the application has no name; expected app-name in sip.xml or @SipApplication");
        }
        for (Declaration.Name claim : annotated.claims()) {
            if (!claim.value().equals(name.get())) {
                throw new DeploymentException(
                        claim.where(),
                        "applicationName is " + claim.value() + ", but the application is " + name.get()
                                + "; expected one name");
            }
        }
        return name.get();
    }

    private Optional<String> claimed() {
        return annotated.claims().stream().findFirst().map(Declaration.Name::value);
    }

    /** JSR 116 applications have no name, and the one of a {@code @SipApplication} may be left out since JSR 359. */
    private Optional<String> byArchive(DescriptorVersion version) {
        boolean isOptional = sipXml.isPresent()
                ? version == DescriptorVersion.V1_0
                : annotated.hasApplication() && version == DescriptorVersion.V2_0;
        return isOptional ? Optional.of(archive) : Optional.empty();
    }

    private List<String> listeners() {
        var all = new LinkedHashSet<>(xml.listeners());
        all.addAll(annotations.listeners());
        return List.copyOf(all);
    }

    private List<ServletDescriptor> servlets() throws DeploymentException {
        var byName = new LinkedHashMap<String, ServletDescriptor>();
        for (Declaration.Servlet servlet : xml.servlets()) {
            var same = annotatedServlet(servlet.name());
            if (byName.putIfAbsent(servlet.name(), merged(servlet, same)) != null) {
                throw new DeploymentException(
                        servlet.where(), "the servlet " + servlet.name() + " is there twice; expected unique names");
            }
        }
        for (Declaration.Servlet servlet : annotations.servlets()) {
            byName.putIfAbsent(servlet.name(), merged(servlet, Optional.empty()));
        }
        return List.copyOf(byName.values());
    }

    private Optional<Declaration.Servlet> annotatedServlet(String name) {
        for (Declaration.Servlet servlet : annotations.servlets()) {
            if (servlet.name().equals(name)) {
                return Optional.of(servlet);
            }
        }
        return Optional.empty();
    }

    private ServletDescriptor merged(Declaration.Servlet first, Optional<Declaration.Servlet> second)
            throws DeploymentException {
        var className = first.className()
                .or(() -> second.flatMap(Declaration.Servlet::className))
                .orElseThrow(() -> new DeploymentException(
                        first.where(),
                        "the servlet " + first.name()
                                + " has no class; expected servlet-class or a class with that @SipServlet name"));
        return new ServletDescriptor(
                first.name(),
                className,
                first.displayName().or(() -> second.flatMap(Declaration.Servlet::displayName)),
                first.initParams(),
                first.loadOnStartup().isPresent()
                        ? first.loadOnStartup()
                        : second.map(Declaration.Servlet::loadOnStartup).orElse(OptionalInt.empty()),
                first.runAs().or(() -> Optional.ofNullable(annotated.safety().get(className))
                        .flatMap(AnnotatedArchive.Safety::runAs)),
                first.roleLinks());
    }

    private ServletSelection selection(List<ServletDescriptor> servlets) throws DeploymentException {
        var main = xml.mainServlet().or(annotations::mainServlet);
        if (main.isPresent() && !xml.mappings().isEmpty()) {
            throw new DeploymentException(
                    xml.mappings().get(0).where(),
                    "servlet-mapping in an application with the main servlet "
                            + main.get().value() + " (" + main.get().where() + "); expected one of both");
        }
        if (main.isPresent()) {
            requireServlet(main.get().where(), main.get().value(), servlets);
            return new ServletSelection.MainServlet(main.get().value());
        }
        if (!xml.mappings().isEmpty()) {
            return mappings(servlets);
        }
        if (servlets.size() > 1) {
            throw new DeploymentException(
                    sipXml.map(Declaration::where).orElse(archive),
                    "the application has " + servlets.size()
                            + " servlets; expected a main servlet or servlet mappings to choose by");
        }
        return servlets.isEmpty()
                ? new ServletSelection.Mappings(List.of(), Optional.empty())
                : new ServletSelection.MainServlet(servlets.get(0).name());
    }

    private ServletSelection mappings(List<ServletDescriptor> servlets) throws DeploymentException {
        var mappings = new ArrayList<ServletMapping>();
        for (Declaration.Mapping each : xml.mappings()) {
            requireServlet(each.where(), each.mapping().servletName(), servlets);
            mappings.add(each.mapping());
        }
        return new ServletSelection.Mappings(
                mappings, Optional.of(servlets.get(0).name()));
    }

    private static void requireServlet(String where, String name, List<ServletDescriptor> servlets)
            throws DeploymentException {
        for (ServletDescriptor servlet : servlets) {
            if (servlet.name().equals(name)) {
                return;
            }
        }
        throw new DeploymentException(where, "there is no servlet " + name + "; expected the name of a declared one");
    }

    private static Duration seconds(OptionalInt first, OptionalInt second) {
        var seconds = first.isPresent() ? first : second;
        return seconds.isPresent() ? Duration.ofSeconds(seconds.getAsInt()) : AppDescriptor.DEFAULT_PROXY_TIMEOUT;
    }

    /** JSR 289 §19: zero and less mean never. */
    private static Optional<Duration> minutes(OptionalInt first, OptionalInt second) {
        var minutes = first.isPresent() ? first : second;
        if (minutes.isEmpty()) {
            return Optional.of(AppDescriptor.DEFAULT_SESSION_TIMEOUT);
        }
        return minutes.getAsInt() <= 0 ? Optional.empty() : Optional.of(Duration.ofMinutes(minutes.getAsInt()));
    }

    /** JSR 359: what the descriptor says about a servlet takes the place of its annotation. */
    private List<SecurityConstraint> constraints(List<ServletDescriptor> servlets) {
        var named = new HashSet<String>();
        for (SecurityConstraint constraint : xml.securityConstraints()) {
            for (SecurityConstraint.Resources resources : constraint.resources()) {
                for (String servlet : resources.servlets()) {
                    if (servlets.stream().noneMatch(each -> each.name().equals(servlet))) {
                        log.warn("{}: a security constraint names {}, which is no servlet", xml.where(), servlet);
                    }
                }
                named.addAll(resources.servlets());
            }
        }
        var all = new ArrayList<>(xml.securityConstraints());
        for (ServletDescriptor servlet : servlets) {
            var safety = annotated.safety().get(servlet.className());
            if (safety != null && !named.contains(servlet.name())) {
                safety.constraints().forEach(constraint -> all.add(constraint.forServlet(servlet.name())));
            }
        }
        return all;
    }

    /** What cannot be kept is said before anything starts. */
    private Optional<LoginConfig> login(List<SecurityConstraint> constraints) throws DeploymentException {
        var login = xml.loginConfig().or(annotations::loginConfig);
        if (login.isEmpty()
                || constraints.stream().allMatch(each -> each.roles().isEmpty())) {
            return login;
        }
        var where = xml.loginConfig().isPresent() ? xml.where() : annotations.where();
        var method = login.get().authMethod().orElse("DIGEST");
        if (!method.equalsIgnoreCase("DIGEST")) {
            throw new DeploymentException(
                    where,
                    "the login-config has the auth-method " + method
                            + (method.equalsIgnoreCase("BASIC") ? ", which SIP does not have (RFC 3261 §22)" : "")
                            + "; expected DIGEST");
        }
        var assertion = login.get().identityAssertion();
        if (assertion == LoginConfig.IdentityAssertion.IDENTITY) {
            if (login.get().identityAssertionRequired()) {
                throw new DeploymentException(
                        where,
                        "the login-config requires the identity assertion " + assertion
                                + ", which is not verified here; expected P-Asserted-Identity, or SUPPORTED");
            }
            log.warn(
                    "{}: the identity assertion {} is not verified here; senders are asked by digest",
                    where,
                    assertion);
        }
        return login;
    }

    private List<String> roles() {
        var all = new LinkedHashSet<>(xml.securityRoles());
        all.addAll(annotations.securityRoles());
        return List.copyOf(all);
    }

    private SessionOptions options() {
        var first = xml.options();
        var second = annotations.options();
        return new SessionOptions(
                first.concurrency().or(second::concurrency).orElse(ConcurrencyMode.VENDORSPECIFIC),
                first.disableCancelHandling().or(second::disableCancelHandling).orElse(false),
                first.establishDialogOnSubscribe()
                        .or(second::establishDialogOnSubscribe)
                        .orElse(false),
                first.cloneDerivedAttributes()
                        .or(second::cloneDerivedAttributes)
                        .orElse(false));
    }
}
