// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import org.eclipse.jetty.client.HttpUpgrader;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Opens a WebSocket connection of a browser at another node: has that one answer the opening handshake (RFC 6455 §4), and carries the bytes
 * of both to each other from then on. What the other node refuses is answered as to any request. For one request.
 */
final class WebSocketTunnel implements HttpUpgrader {
    private static final String WEBSOCKET = "websocket";

    private final Request request;
    private final Response response;
    private final Callback callback;

    WebSocketTunnel(Request request, Response response, Callback callback) {
        this.request = request;
        this.response = response;
        this.callback = callback;
    }

    /** Whether a request opens a WebSocket connection. */
    static boolean isAskedFor(Request request) {
        return request.getHeaders().contains(HttpHeader.UPGRADE, WEBSOCKET);
    }

    /** What is between one hop and the next is not copied from the browser's request. */
    @Override
    public void prepare(org.eclipse.jetty.client.Request forwarded) {
        forwarded.headers(headers ->
                headers.put(HttpHeader.UPGRADE, WEBSOCKET).put(HttpHeader.CONNECTION, HttpHeader.UPGRADE.asString()));
    }

    /** The other node has agreed. */
    @Override
    public void upgrade(org.eclipse.jetty.client.Response agreed, EndPoint node, Callback upgraded) {
        EndPoint browser = request.getConnectionMetaData().getConnection().getEndPoint();
        TunnelEnd nodeEnd = new TunnelEnd(node, request.getComponents());
        TunnelEnd browserEnd = new TunnelEnd(browser, request.getComponents());
        nodeEnd.join(browserEnd);
        node.upgrade(nodeEnd);

        request.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, browserEnd);
        response.setStatus(HttpStatus.SWITCHING_PROTOCOLS_101);
        response.getHeaders().clear();
        for (HttpField field : agreed.getHeaders()) {
            response.getHeaders().add(field);
        }
        response.write(true, null, Callback.from(callback::succeeded, failure -> {
            nodeEnd.close();
            callback.failed(failure);
        }));
        upgraded.succeeded();
    }
}
