// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.HandlesTypes;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.websocket.jakarta.server.config.ContainerDefaultConfigurator;
import org.eclipse.jetty.ee11.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.jspecify.annotations.Nullable;

/**
 * Deploys the WebSocket endpoints of an application (Jakarta WebSocket §6.2), by annotation or as its
 * {@link ServerApplicationConfig}s say. An endpoint that its own configurator does not make is given what servlets are given.
 * Used by the deploying thread.
 */
@HandlesTypes({ServerApplicationConfig.class, ServerEndpoint.class, Endpoint.class})
final class WebSocketEndpoints implements ServletContainerInitializer {

    private final ComponentDecorator decorator;

    WebSocketEndpoints(ComponentDecorator decorator) {
        this.decorator = decorator;
    }

    @Override
    public void onStartup(@Nullable Set<Class<?>> found, ServletContext context) throws ServletException {
        ServerContainer container = JakartaWebSocketServletContainerInitializer.initialize(
                ServletContextHandler.getServletContextHandler(context, "WebSocket endpoints"));
        if (found == null) {
            return;
        }
        Set<Class<?>> annotated = new HashSet<>();
        Set<Class<? extends Endpoint>> programmatic = new HashSet<>();
        Set<ServerApplicationConfig> configurations = new HashSet<>();
        for (Class<?> each : found) {
            if (each.isAnnotationPresent(ServerEndpoint.class)) {
                annotated.add(each);
            }
            if (Endpoint.class.isAssignableFrom(each)) {
                programmatic.add(each.asSubclass(Endpoint.class));
            }
            if (ServerApplicationConfig.class.isAssignableFrom(each)) {
                configurations.add(configuration(each));
            }
        }
        try {
            if (configurations.isEmpty()) {
                deploy(container, annotated);
            }
            for (ServerApplicationConfig each : configurations) {
                Set<ServerEndpointConfig> configs = each.getEndpointConfigs(programmatic);
                for (ServerEndpointConfig config : configs == null ? Set.<ServerEndpointConfig>of() : configs) {
                    container.addEndpoint(config);
                }
                Set<Class<?>> classes = each.getAnnotatedEndpointClasses(annotated);
                deploy(container, classes == null ? Set.of() : classes);
            }
        } catch (DeploymentException e) {
            throw new ServletException(e.getMessage(), e);
        }
    }

    private static ServerApplicationConfig configuration(Class<?> type) throws ServletException {
        try {
            return (ServerApplicationConfig) type.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new ServletException("class " + type.getName() + " cannot be made: " + e, e);
        }
    }

    private void deploy(ServerContainer container, Set<Class<?>> annotated) throws DeploymentException {
        for (Class<?> each : annotated) {
            ServerEndpoint declared = each.getAnnotation(ServerEndpoint.class);
            if (declared.configurator() == ServerEndpointConfig.Configurator.class) {
                container.addEndpoint(ServerEndpointConfig.Builder.create(each, declared.value())
                        .configurator(new Giving(decorator))
                        .build());
            } else {
                container.addEndpoint(each);
            }
        }
    }

    /** The container's own configurator, but for the instance. */
    private static final class Giving extends ServerEndpointConfig.Configurator {
        private final ComponentDecorator decorator;
        private final ServerEndpointConfig.Configurator usual = new ContainerDefaultConfigurator();

        Giving(ComponentDecorator decorator) {
            this.decorator = decorator;
        }

        @Override
        public <T> T getEndpointInstance(Class<T> endpointClass) throws InstantiationException {
            return decorator.decorate(usual.getEndpointInstance(endpointClass));
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            return usual.getNegotiatedSubprotocol(supported, requested);
        }

        @Override
        public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
            return usual.getNegotiatedExtensions(installed, requested);
        }

        @Override
        public boolean checkOrigin(String origin) {
            return usual.checkOrigin(origin);
        }

        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            usual.modifyHandshake(config, request, response);
        }
    }
}
