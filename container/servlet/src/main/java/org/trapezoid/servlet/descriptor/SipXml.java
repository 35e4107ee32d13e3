// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import jakarta.xml.bind.annotation.XmlAnyElement;
import jakarta.xml.bind.annotation.XmlAttribute;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlElements;
import jakarta.xml.bind.annotation.XmlRootElement;
import jakarta.xml.bind.annotation.XmlTransient;
import jakarta.xml.bind.annotation.XmlValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/** The elements of sip.xml 1.0, 1.1 and 2.0 as JAXB reads them, by local name and in any order. */
@XmlRootElement(name = "sip-app")
final class SipXml extends Located {

    @XmlAttribute(name = "version")
    @Nullable
    String version;

    @XmlAttribute(name = "metadata-complete")
    boolean metadataComplete;

    @XmlElement(name = "app-name")
    @Nullable
    String appName;

    @XmlElement(name = "display-name")
    List<String> displayNames = new ArrayList<>();

    @XmlElement(name = "distributable")
    @Nullable
    Ignored distributable;

    @XmlElement(name = "context-param")
    List<Param> contextParams = new ArrayList<>();

    @XmlElement(name = "listener")
    List<Listener> listeners = new ArrayList<>();

    @XmlElement(name = "servlet")
    List<Servlet> servlets = new ArrayList<>();

    @XmlElement(name = "servlet-selection")
    List<Selection> selections = new ArrayList<>();

    @XmlElement(name = "servlet-mapping")
    List<Mapping> mappings = new ArrayList<>();

    @XmlElement(name = "proxy-config")
    List<ProxyConfig> proxyConfigs = new ArrayList<>();

    @XmlElement(name = "session-config")
    List<SessionConfig> sessionConfigs = new ArrayList<>();

    @XmlElement(name = "security-constraint")
    List<Constraint> constraints = new ArrayList<>();

    @XmlElement(name = "login-config")
    List<Login> logins = new ArrayList<>();

    @XmlElement(name = "security-role")
    List<Role> roles = new ArrayList<>();

    @XmlElements({
        @XmlElement(name = "env-entry", type = EnvEntry.class),
        @XmlElement(name = "ejb-ref", type = EjbRef.class),
        @XmlElement(name = "ejb-local-ref", type = EjbLocalRef.class),
        @XmlElement(name = "resource-ref", type = ResourceRef.class),
        @XmlElement(name = "resource-env-ref", type = ResourceEnvRef.class),
        @XmlElement(name = "message-destination-ref", type = MessageDestinationRef.class),
        @XmlElement(name = "persistence-unit-ref", type = PersistenceUnitRef.class),
        @XmlElement(name = "persistence-context-ref", type = PersistenceContextRef.class)
    })
    List<Reference> references = new ArrayList<>();

    @XmlElement(name = "concurrency-mode")
    @Nullable
    Text concurrencyMode;

    @XmlElement(name = "disable-cancel-handling")
    @Nullable
    Text disableCancelHandling;

    @XmlElement(name = "establish-dialog-on-subscribe-transaction")
    @Nullable
    Text establishDialogOnSubscribe;

    @XmlElement(name = "enable-derived-session-attribute-cloning")
    @Nullable
    Text cloneDerivedAttributes;

    /** Only that it is there counts. */
    static final class Ignored {
        @XmlAnyElement
        List<Element> content = new ArrayList<>();
    }

    /** Text with its line. Without the attribute, which the schema has too, JAXB would not report where it starts. */
    static final class Text extends Located {
        @XmlAttribute(name = "id")
        @Nullable
        String id;

        @XmlValue
        @Nullable
        String value;
    }

    static final class Param extends Located {
        @XmlElement(name = "param-name")
        @Nullable
        String name;

        @XmlElement(name = "param-value")
        @Nullable
        String value;
    }

    static final class Listener extends Located {
        @XmlElement(name = "display-name")
        List<String> displayNames = new ArrayList<>();

        @XmlElement(name = "listener-class")
        @Nullable
        String className;
    }

    static final class Servlet extends Located {
        @XmlElement(name = "display-name")
        List<String> displayNames = new ArrayList<>();

        @XmlElement(name = "servlet-name")
        @Nullable
        String name;

        @XmlElement(name = "servlet-class")
        @Nullable
        String className;

        @XmlElement(name = "init-param")
        List<Param> initParams = new ArrayList<>();

        @XmlElement(name = "load-on-startup")
        @Nullable
        Text loadOnStartup;

        @XmlElement(name = "run-as")
        @Nullable
        Role runAs;

        @XmlElement(name = "security-role-ref")
        List<RoleRef> roleRefs = new ArrayList<>();
    }

    static final class Role extends Located {
        @XmlElement(name = "role-name")
        @Nullable
        String name;
    }

    static final class RoleRef extends Located {
        @XmlElement(name = "role-name")
        @Nullable
        String name;

        @XmlElement(name = "role-link")
        @Nullable
        String link;
    }

    static final class Selection extends Located {
        @XmlElement(name = "main-servlet")
        @Nullable
        Text mainServlet;

        @XmlElement(name = "servlet-mapping")
        List<Mapping> mappings = new ArrayList<>();
    }

    static final class Mapping extends Located {
        @XmlElement(name = "servlet-name")
        @Nullable
        String servletName;

        @XmlElement(name = "pattern")
        @Nullable
        Group pattern;
    }

    /** The content of {@code pattern}, {@code and}, {@code or} and {@code not}. */
    static class Group extends Condition {
        @XmlElements({
            @XmlElement(name = "and", type = And.class),
            @XmlElement(name = "or", type = Or.class),
            @XmlElement(name = "not", type = Not.class),
            @XmlElement(name = "equal", type = Equal.class),
            @XmlElement(name = "contains", type = Contains.class),
            @XmlElement(name = "exists", type = Exists.class),
            @XmlElement(name = "subdomain-of", type = SubdomainOf.class)
        })
        List<Condition> conditions = new ArrayList<>();

        @XmlAnyElement
        List<Element> unknown = new ArrayList<>();
    }

    @XmlTransient
    abstract static class Condition extends Located {}

    static final class And extends Group {}

    static final class Or extends Group {}

    static final class Not extends Group {}

    @XmlTransient
    abstract static class Comparison extends Condition {
        @XmlElement(name = "var")
        @Nullable
        String variable;

        @XmlElement(name = "value")
        @Nullable
        String value;

        @XmlAttribute(name = "ignore-case")
        @Nullable
        String ignoreCase;
    }

    static final class Equal extends Comparison {}

    static final class Contains extends Comparison {}

    static final class Exists extends Comparison {}

    static final class SubdomainOf extends Comparison {}

    static final class ProxyConfig extends Located {
        @XmlElements({
            @XmlElement(name = "proxy-timeout", type = Text.class),
            @XmlElement(name = "sequential-search-timeout", type = Text.class)
        })
        @Nullable
        Text timeout;
    }

    static final class SessionConfig extends Located {
        @XmlElement(name = "session-timeout")
        @Nullable
        Text timeout;
    }

    static final class Constraint extends Located {
        @XmlElement(name = "display-name")
        List<String> displayNames = new ArrayList<>();

        @XmlElement(name = "resource-collection")
        List<Collection> collections = new ArrayList<>();

        @XmlElement(name = "proxy-authentication")
        @Nullable
        Ignored proxyAuthentication;

        @XmlElement(name = "auth-constraint")
        @Nullable
        Auth auth;

        @XmlElement(name = "user-data-constraint")
        @Nullable
        UserData userData;
    }

    static final class Collection extends Located {
        @XmlElement(name = "resource-name")
        @Nullable
        String name;

        @XmlElement(name = "servlet-name")
        List<String> servlets = new ArrayList<>();

        @XmlElement(name = "sip-method")
        List<String> methods = new ArrayList<>();
    }

    static final class Auth extends Located {
        @XmlElement(name = "role-name")
        List<String> roles = new ArrayList<>();
    }

    static final class UserData extends Located {
        @XmlElement(name = "transport-guarantee")
        @Nullable
        String guarantee;
    }

    static final class Login extends Located {
        @XmlElement(name = "auth-method")
        @Nullable
        String authMethod;

        @XmlElement(name = "realm-name")
        @Nullable
        String realmName;

        @XmlElement(name = "identity-assertion")
        @Nullable
        Assertion assertion;
    }

    static final class Assertion extends Located {
        @XmlElement(name = "identity-assertion-scheme")
        @Nullable
        String scheme;

        @XmlElement(name = "identity-assertion-support")
        @Nullable
        String support;
    }

    /** An entry of the naming environment; injection targets are among what else it contains. */
    @XmlTransient
    abstract static class Reference extends Located {
        @XmlElements({
            @XmlElement(name = "env-entry-name", type = String.class),
            @XmlElement(name = "ejb-ref-name", type = String.class),
            @XmlElement(name = "res-ref-name", type = String.class),
            @XmlElement(name = "resource-env-ref-name", type = String.class),
            @XmlElement(name = "message-destination-ref-name", type = String.class),
            @XmlElement(name = "persistence-unit-ref-name", type = String.class),
            @XmlElement(name = "persistence-context-ref-name", type = String.class)
        })
        @Nullable
        String name;

        @XmlElements({
            @XmlElement(name = "env-entry-type", type = String.class),
            @XmlElement(name = "remote", type = String.class),
            @XmlElement(name = "local", type = String.class),
            @XmlElement(name = "res-type", type = String.class),
            @XmlElement(name = "resource-env-ref-type", type = String.class),
            @XmlElement(name = "message-destination-type", type = String.class)
        })
        @Nullable
        String type;

        @XmlElements({
            @XmlElement(name = "env-entry-value", type = String.class),
            @XmlElement(name = "ejb-link", type = String.class),
            @XmlElement(name = "message-destination-link", type = String.class),
            @XmlElement(name = "persistence-unit-name", type = String.class)
        })
        @Nullable
        String value;

        @XmlElements({
            @XmlElement(name = "lookup-name", type = String.class),
            @XmlElement(name = "mapped-name", type = String.class)
        })
        @Nullable
        String lookup;

        @XmlAnyElement
        List<Element> other = new ArrayList<>();

        abstract ResourceReference.Kind kind();
    }

    static final class EnvEntry extends Reference {
        @Override
        ResourceReference.Kind kind() {
            return ResourceReference.Kind.ENV_ENTRY;
        }
    }

    static final class EjbRef extends Reference {
        @Override
        ResourceReference.Kind kind() {
            return ResourceReference.Kind.EJB_REF;
        }
    }

    static final class EjbLocalRef extends Reference {
        @Override
        ResourceReference.Kind kind() {
            return ResourceReference.Kind.EJB_LOCAL_REF;
        }
    }

    static final class ResourceRef extends Reference {
        @Override
        ResourceReference.Kind kind() {
            return ResourceReference.Kind.RESOURCE_REF;
        }
    }

    static final class ResourceEnvRef extends Reference {
        @Override
        ResourceReference.Kind kind() {
            return ResourceReference.Kind.RESOURCE_ENV_REF;
        }
    }

    static final class MessageDestinationRef extends Reference {
        @Override
        ResourceReference.Kind kind() {
            return ResourceReference.Kind.MESSAGE_DESTINATION_REF;
        }
    }

    static final class PersistenceUnitRef extends Reference {
        @Override
        ResourceReference.Kind kind() {
            return ResourceReference.Kind.PERSISTENCE_UNIT_REF;
        }
    }

    static final class PersistenceContextRef extends Reference {
        @Override
        ResourceReference.Kind kind() {
            return ResourceReference.Kind.PERSISTENCE_CONTEXT_REF;
        }
    }
}
