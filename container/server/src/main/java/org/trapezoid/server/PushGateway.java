// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.PushService;

/**
 * Hands push notifications to an HTTP service of the operator, which knows the providers and has their credentials: a POST
 * with a JSON object of {@code provider}, {@code prid} and {@code param}; a 2xx means that it was taken over. Thread-safe.
 */
final class PushGateway implements PushService {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final URI url;
    private final Set<String> providers;
    private volatile @Nullable HttpClient client; // it has threads

    PushGateway(String url, Set<String> providers) {
        this.url = url(url);
        this.providers = Set.copyOf(providers);
        if (providers.isEmpty()) {
            throw new IllegalArgumentException("providers of push is empty; expected names as pn-provider has them");
        }
    }

    private static URI url(String text) {
        try {
            URI url = URI.create(text);
            if ("http".equals(url.getScheme()) || "https".equals(url.getScheme())) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IllegalArgumentException("url of push is \"" + text + "\"; expected an http: or https: URL");
    }

    private HttpClient client() {
        HttpClient known = client;
        if (known == null) { // a second one would do no harm
            known = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
            client = known;
        }
        return known;
    }

    @Override
    public Set<String> providers() {
        return providers;
    }

    @Override
    public CompletionStage<Void> push(Target target) {
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json(target)))
                .build();
        return client().sendAsync(request, HttpResponse.BodyHandlers.discarding())
                .thenCompose(response -> response.statusCode() / 100 == 2
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(
                                new IOException("push gateway answered " + response.statusCode())));
    }

    static String json(Target target) {
        StringBuilder json = new StringBuilder(128).append("{\"provider\":");
        quote(json, target.provider());
        json.append(",\"prid\":");
        quote(json, target.prid());
        target.param().ifPresent(param -> {
            json.append(",\"param\":");
            quote(json, param);
        });
        return json.append('}').toString();
    }

    /** RFC 8259 §7. */
    private static void quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
