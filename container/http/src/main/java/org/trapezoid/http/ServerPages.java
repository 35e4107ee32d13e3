// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Pages of the server itself, for operators and their tools; each has one path, which no application can take from it. Thread-safe. */
public final class ServerPages extends Handler.Abstract {

    /**
     * What a page says at the moment.
     *
     * @param status of the HTTP response
     * @param type the media type of the text, which is sent as UTF-8
     */
    public record Page(int status, String type, String text) {}

    private record Entry(Predicate<InetAddress> readers, Supplier<Page> page) {}

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    ServerPages() {
        super(InvocationType.BLOCKING);
    }

    /**
     * Adds a page.
     *
     * @param path from the root, such as {@code /metrics}
     * @param readers the addresses that are shown it; others get 403
     * @param page asked for each request, by any thread
     */
    public void add(String path, Predicate<InetAddress> readers, Supplier<Page> page) {
        entries.put(path, new Entry(readers, page));
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Entry entry = entries.get(Request.getPathInContext(request));
        if (entry == null) {
            return false;
        }
        boolean reads = HttpMethod.GET.is(request.getMethod()) || HttpMethod.HEAD.is(request.getMethod());
        if (!reads) {
            response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
            Response.writeError(request, response, callback, HttpStatus.METHOD_NOT_ALLOWED_405);
        } else if (!(request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress reader)
                || !entry.readers().test(reader.getAddress())) {
            Response.writeError(request, response, callback, HttpStatus.FORBIDDEN_403);
        } else {
            Page page = entry.page().get();
            response.setStatus(page.status());
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, page.type());
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
            Content.Sink.write(response, true, page.text(), callback);
        }
        return true;
    }
}
