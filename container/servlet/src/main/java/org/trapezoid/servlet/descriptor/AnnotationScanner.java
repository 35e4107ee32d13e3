// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.objectweb.asm.Opcodes;
import org.trapezoid.servlet.descriptor.LoginConfig.IdentityAssertion;
import org.trapezoid.servlet.descriptor.SecurityConstraint.TransportGuarantee;

/**
 * Finds the annotations of JSR 289 and 359 in class files, by name and without loading a class. Used by one thread. It refuses what
 * is wrong in itself; what two sources say against each other is for {@link DescriptorMerger}.
 */
final class AnnotationScanner {
    private static final String SIP = "jakarta/servlet/sip/annotation/";
    private static final String APPLICATION = SIP + "SipApplication";
    private static final String SERVLET = SIP + "SipServlet";
    private static final String LISTENER = SIP + "SipListener";
    private static final String SECURITY = SIP + "security/SipSecurity";
    private static final String RUN_AS = "jakarta/annotation/security/RunAs";
    private static final String DECLARE_ROLES = "jakarta/annotation/security/DeclareRoles";
    private static final String KEY_DESCRIPTOR = "(Ljakarta/servlet/sip/SipServletRequest;)Ljava/lang/String;";

    private final ClassFiles classes;
    private final List<Declaration.Name> claims = new ArrayList<>();
    private final List<String> listeners = new ArrayList<>();
    private final List<Declaration.Servlet> servlets = new ArrayList<>();
    private final Map<String, AnnotatedArchive.Safety> safety = new HashMap<>();
    private final LinkedHashSet<String> roles = new LinkedHashSet<>();
    private Optional<ScannedClass> application = Optional.empty();
    private Optional<KeyMethod> keyMethod = Optional.empty();

    AnnotationScanner(ClassFiles classes) {
        this.classes = classes;
    }

    AnnotatedArchive scan() throws DeploymentException {
        for (ScannedClass scanned : classes.all()) {
            scanApplication(scanned);
            scanServlet(scanned);
            scanSafety(scanned);
            scanListener(scanned);
            scanKeys(scanned);
        }
        var values =
                application.flatMap(scanned -> scanned.annotation(APPLICATION)).orElseGet(AnnotationValues::new);
        var where = application.map(ScannedClass::name).orElse("");
        return new AnnotatedArchive(declaration(where, values), application.isPresent(), claims, safety);
    }

    private void scanApplication(ScannedClass scanned) throws DeploymentException {
        if (scanned.annotation(APPLICATION).isEmpty()) {
            return;
        }
        if (application.isPresent()) {
            throw new DeploymentException(
                    scanned.name(),
                    "a second @SipApplication, besides " + application.get().name()
                            + "; an archive is one application");
        }
        application = Optional.of(scanned);
    }

    private void scanServlet(ScannedClass scanned) throws DeploymentException {
        var annotation = scanned.annotation(SERVLET);
        if (annotation.isEmpty()) {
            return;
        }
        if (!scanned.isConcrete()) {
            throw new DeploymentException(
                    scanned.name(), "@SipServlet is on an abstract class; expected one to create");
        }
        claim(scanned, annotation.get());
        var name = annotation.get().text("name").orElseGet(scanned::shortName);
        for (Declaration.Servlet other : servlets) {
            if (other.name().equals(name)) {
                throw new DeploymentException(
                        scanned.name(), "the servlet name " + name + " is that of " + other.where() + " too");
            }
        }
        var load = annotation.get().number("loadOnStartup").filter(order -> order >= 0);
        servlets.add(new Declaration.Servlet(
                scanned.name(),
                name,
                Optional.of(scanned.name()),
                Optional.empty(),
                Map.of(),
                load.isPresent() ? OptionalInt.of(load.get()) : OptionalInt.empty(),
                Optional.empty(),
                Map.of()));
    }

    /** Of every class: sip.xml may make a servlet of any. */
    private void scanSafety(ScannedClass scanned) throws DeploymentException {
        scanned.annotation(DECLARE_ROLES).ifPresent(declared -> roles.addAll(declared.texts("value")));
        var security = classes.inherited(scanned, SECURITY); // it is @Inherited
        var runAs = scanned.annotation(RUN_AS).flatMap(values -> values.text("value"));
        if (security.isPresent() || runAs.isPresent()) {
            safety.put(
                    scanned.name(),
                    new AnnotatedArchive.Safety(
                            security.isPresent() ? constraints(scanned, security.get()) : List.of(), runAs));
        }
    }

    /** The constraints of a class that a program makes a servlet of. */
    static List<SecurityConstraint> constraints(Class<?> servlet) throws DeploymentException, IOException {
        for (Class<?> each = servlet; each != null; each = each.getSuperclass()) {
            try (InputStream in = each.getResourceAsStream(
                    each.getName().substring(each.getName().lastIndexOf('.') + 1) + ".class")) {
                if (in == null) {
                    throw new DeploymentException(each.getName(), "the class file is needed to read its @SipSecurity");
                }
                var scanned = ScannedClass.read(in.readAllBytes());
                var security = scanned.annotation(SECURITY);
                if (security.isPresent()) {
                    return constraints(scanned, security.get());
                }
            }
        }
        return List.of();
    }

    private static List<SecurityConstraint> constraints(ScannedClass scanned, AnnotationValues security)
            throws DeploymentException {
        var constraints = new ArrayList<SecurityConstraint>();
        var named = new HashSet<String>();
        for (AnnotationValues constraint : security.nestedList("sipMethodConstraints")) {
            var method = constraint.text("value").orElse("");
            if (!named.add(method)) {
                throw new DeploymentException(
                        scanned.name(), "two @SipMethodConstraint for " + method + "; expected at most one");
            }
            constraints.add(constraint(List.of(method), List.of(), constraint, "emptyRoleSemantic"));
        }
        var others = security.nested("value");
        if (others.isPresent()) {
            var constraint = constraint(List.of(), List.copyOf(named), others.get(), "value");
            if (constraint.roles().isPresent() || constraint.transportGuarantee() != TransportGuarantee.NONE) {
                constraints.add(constraint); // JSR 359: one with nothing but defaults constrains nothing
            }
        }
        return constraints;
    }

    private static SecurityConstraint constraint(
            List<String> methods, List<String> exceptMethods, AnnotationValues values, String emptyRoleSemantic) {
        var allowed = values.texts("rolesAllowed");
        boolean denies = values.text(emptyRoleSemantic).filter("DENY"::equals).isPresent();
        return new SecurityConstraint(
                Optional.empty(),
                List.of(new SecurityConstraint.Resources("", List.of(), methods, exceptMethods)),
                values.flag("proxyAuthentication").orElse(false),
                allowed.isEmpty() && !denies ? Optional.empty() : Optional.of(allowed),
                values.text("transportGuarantee").filter("CONFIDENTIAL"::equals).isPresent()
                        ? TransportGuarantee.CONFIDENTIAL
                        : TransportGuarantee.NONE);
    }

    private void scanListener(ScannedClass scanned) throws DeploymentException {
        var annotation = scanned.annotation(LISTENER);
        if (annotation.isEmpty()) {
            return;
        }
        if (classes.inherits(scanned, "Listener") == ClassFiles.Inheritance.NO) {
            throw new DeploymentException(
                    scanned.name(), "@SipListener is on a class without a listener interface; expected at least one");
        }
        claim(scanned, annotation.get());
        listeners.add(scanned.name());
    }

    private void scanKeys(ScannedClass scanned) throws DeploymentException {
        for (ScannedClass.KeyCandidate key : scanned.keyCandidates()) {
            int required = Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC;
            if ((key.access() & required) != required || !key.descriptor().equals(KEY_DESCRIPTOR)) {
                throw new DeploymentException(
                        scanned.name() + "." + key.name(),
                        "not a key method; @SipApplicationKey expects public static String " + key.name()
                                + "(SipServletRequest)");
            }
            if (keyMethod.isPresent()) {
                throw new DeploymentException(
                        scanned.name() + "." + key.name(),
                        "a second @SipApplicationKey, besides "
                                + keyMethod.get().className() + "."
                                + keyMethod.get().name()
                                + "; an application has at most one");
            }
            claim(scanned, key.annotation());
            keyMethod = Optional.of(new KeyMethod(scanned.name(), key.name()));
        }
    }

    private void claim(ScannedClass scanned, AnnotationValues annotation) {
        annotation.text("applicationName").ifPresent(name -> claims.add(new Declaration.Name(scanned.name(), name)));
    }

    private Declaration declaration(String where, AnnotationValues values) throws DeploymentException {
        return new Declaration(
                where,
                values.text("name"),
                version(where, values),
                false,
                values.text("displayName"),
                values.flag("distributable").orElse(false),
                Map.of(),
                listeners,
                servlets,
                values.text("mainServlet").map(name -> new Declaration.Name(where, name)),
                List.of(),
                proxyTimeout(where, values),
                number(values, "sessionTimeout"),
                List.of(),
                values.nested("loginConfig").map(AnnotationScanner::login),
                List.copyOf(roles),
                List.of(),
                new Declaration.Options(
                        values.text("concurrencyMode").flatMap(ConcurrencyMode::of),
                        values.flag("disableCancelHandling"),
                        values.flag("establishDialogOnSubscribeTransaction"),
                        values.flag("enableDerivedSessionAttributeCloning")),
                keyMethod);
    }

    private static DescriptorVersion version(String where, AnnotationValues values) throws DeploymentException {
        var version = values.text("version").orElse("2.0");
        return DescriptorVersion.of(version)
                .filter(known -> known != DescriptorVersion.V1_0)
                .orElseThrow(() -> new DeploymentException(
                        where, "@SipApplication has version \"" + version + "\"; expected 1.1 or 2.0"));
    }

    private static OptionalInt proxyTimeout(String where, AnnotationValues values) throws DeploymentException {
        var timeout = number(values, "proxyTimeout");
        if (timeout.isPresent() && timeout.getAsInt() <= 0) {
            throw new DeploymentException(
                    where, "@SipApplication has proxyTimeout " + timeout.getAsInt() + "; expected seconds above 0");
        }
        return timeout;
    }

    private static OptionalInt number(AnnotationValues values, String name) {
        var number = values.number(name);
        return number.isPresent() ? OptionalInt.of(number.get()) : OptionalInt.empty();
    }

    private static LoginConfig login(AnnotationValues values) {
        return new LoginConfig(
                values.text("authMethod").filter(method -> !method.equals("NONE")),
                values.text("realmName"),
                IdentityAssertion.valueOf(values.text("identityAssertion").orElse("NONE")),
                values.text("identityAssertionSupport")
                        .filter("REQUIRED"::equals)
                        .isPresent());
    }
}
