// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpUpgrader;
import org.eclipse.jetty.client.UpgradeProtocolHandler;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.proxy.ProxyHandler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.app.PathParameter;
import org.trapezoid.servlet.facade.AppRuntime;

/**
 * Takes requests whose URL names an application session ({@code SipApplicationSession.encodeURL}) to the node of the cluster that has it, once.
 * Thread-safe.
 */
final class OwnerForwarding extends ProxyHandler {
    private static final Logger log = LoggerFactory.getLogger(OwnerForwarding.class);
    private static final String TARGET = OwnerForwarding.class.getName();
    private static final long CONNECT_MILLIS = 2000;

    private final SessionOwners owners;
    private final String secret;

    /** @param secret by which nodes believe each other whom a request is from */
    OwnerForwarding(SessionOwners owners, byte[] secret) {
        this.owners = owners;
        this.secret = HexFormat.of().formatHex(secret);
        setViaHost("trapezoid");
        setUseServerThreadPool(true);
    }

    /** What tells the port to which others forward from whom a request is. */
    ForwardedRequests arrivals() {
        return new ForwardedRequests(secret);
    }

    /**
     * Takes a request if its session is elsewhere, or that is not known at once.
     *
     * @param here handles it if its session is here
     */
    boolean take(Request request, Response response, Callback callback, Request.Handler here) {
        String path = request.getHttpURI().getPath();
        if (path == null || path.indexOf(';') < 0 || ForwardedRequests.isForwarded(request)) {
            return false;
        }
        Optional<String> id = PathParameter.value(path, AppRuntime.ENCODED_ID);
        if (id.isEmpty()) {
            return false;
        }
        CompletionStage<Optional<String>> owner = owners.elsewhere(id.get());
        if (isHere(owner.toCompletableFuture())) {
            return false;
        }
        owner.whenComplete((address, failure) -> getServer().getThreadPool().execute(() -> {
            if (failure == null) {
                found(request, response, callback, here, address);
            } else {
                log.debug("{} is not served: {}", request, failure.toString());
                unavailable(request, response, callback);
            }
        }));
        return true;
    }

    /** Whether it is known at once, as in most cases. */
    private static boolean isHere(CompletableFuture<Optional<String>> owner) {
        return owner.isDone()
                && !owner.isCompletedExceptionally()
                && owner.join().isEmpty();
    }

    private void found(
            Request request, Response response, Callback callback, Request.Handler here, Optional<String> address) {
        try {
            if (address.isEmpty()) {
                here.handle(request, response, callback);
            } else {
                request.setAttribute(TARGET, address.get());
                handle(request, response, callback);
            }
        } catch (Exception e) { // Jetty declares no better one
            Response.writeError(request, response, callback, e);
        }
    }

    private static void unavailable(Request request, Response response, Callback callback) {
        Response.writeError(
                request,
                response,
                callback,
                HttpStatus.SERVICE_UNAVAILABLE_503,
                "the application session is at another node");
    }

    @Override
    protected HttpURI rewriteHttpURI(Request request) {
        HttpURI uri = request.getHttpURI();
        return HttpURI.from("http://" + request.getAttribute(TARGET) + uri.getPathQuery());
    }

    @Override
    protected void configureHttpClient(HttpClient client) {
        super.configureHttpClient(client);
        client.setConnectTimeout(CONNECT_MILLIS);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart(); // takes all handlers from the client
        getHttpClient().getProtocolHandlers().put(new UpgradeProtocolHandler());
    }

    @Override
    protected void sendProxyToServerRequest(
            Request request, org.eclipse.jetty.client.Request forwarded, Response response, Callback callback) {
        if (WebSocketTunnel.isAskedFor(request)) {
            HttpUpgrader.Factory tunnels = version -> new WebSocketTunnel(request, response, callback);
            forwarded.attribute(HttpUpgrader.Factory.class.getName(), tunnels);
        }
        super.sendProxyToServerRequest(request, forwarded, response, callback);
    }

    /** For the node, in place of a header that everybody may have made. */
    @Override
    protected void addForwardedHeader(Request request, org.eclipse.jetty.client.Request forwarded) {
        String peer = request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress() + ' ' + address.getPort()
                : "";
        String scheme = request.isSecure() ? "https" : "http";
        forwarded.headers(headers -> headers.put(ForwardedRequests.HEADER, secret + ' ' + scheme + ' ' + peer));
    }
}
