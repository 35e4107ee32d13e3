// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringTokenizer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Headers;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/**
 * What a proxy can do of a privacy service (RFC 3323 §5): the levels {@code user}, and {@code id} and {@code history} with its trust
 * domain. For {@code header} it would have to hide Via, Contact and Record-Route and find them again, for {@code session} to carry the
 * media; both are for a back-to-back user agent (§5.1). Stateless.
 */
public final class PrivacyService {

    /** In Proxy-Require: who sends it wants no proxy to forward the request that knows nothing of privacy (RFC 3323 §4.3). */
    public static final String OPTION = "privacy";

    private static final String USER = "user";
    private static final String NONE = "none";
    private static final String CRITICAL = "critical";
    private static final Set<String> PROVIDED = Set.of(USER, "id", "history");
    private static final String ANONYMOUS = "\"Anonymous\" <sip:anonymous@anonymous.invalid>";

    /** What a user agent says of its user beside From, §5.3; the signature of Identity is over what From said (RFC 8224 §4.1). */
    private static final List<HeaderName> INFORMATIONAL = List.of(
            HeaderName.SUBJECT,
            HeaderName.CALL_INFO,
            HeaderName.ORGANIZATION,
            HeaderName.USER_AGENT,
            HeaderName.SERVER,
            HeaderName.REPLY_TO,
            HeaderName.IN_REPLY_TO,
            HeaderName.IDENTITY);

    private PrivacyService() {}

    /** The levels that are asked for and provided here, in the order of the message: what holds for its whole dialog. */
    public static List<String> levels(Headers headers) {
        Set<String> asked = asked(headers);
        List<String> levels = new ArrayList<>(asked);
        levels.retainAll(PROVIDED);
        return asked.contains(NONE) ? List.of() : levels;
    }

    /** The levels that are critical and not provided here; none: the request may go on. */
    static List<String> unprovided(Headers headers) {
        Set<String> asked = asked(headers);
        if (!asked.contains(CRITICAL) || asked.contains(NONE)) {
            return List.of();
        }
        List<String> unprovided = new ArrayList<>(asked);
        unprovided.remove(CRITICAL);
        unprovided.removeAll(PROVIDED);
        return unprovided;
    }

    /** The same request without what tells who sends it, if that is asked for; the tag stays, by which the dialog is known. */
    static Request applied(Request request) {
        Set<String> asked = asked(request.headers());
        if (!asked.contains(USER) || asked.contains(NONE)) {
            return request;
        }
        Request.Builder builder = request.toBuilder();
        INFORMATIONAL.forEach(builder::remove);
        String tag = request.fromTag().map(text -> ";tag=" + text).orElse("");
        builder.set(HeaderName.FROM, ANONYMOUS + tag);
        String rest = rest(asked);
        if (rest.isEmpty()) {
            builder.remove(HeaderName.PRIVACY);
            List<String> required = request.headers().values(HeaderName.PROXY_REQUIRE);
            builder.remove(HeaderName.PROXY_REQUIRE);
            required.stream()
                    .filter(option -> !option.equalsIgnoreCase(OPTION))
                    .forEach(option -> builder.add(HeaderName.PROXY_REQUIRE, option));
        } else {
            builder.set(HeaderName.PRIVACY, rest);
        }
        return builder.build();
    }

    /** The same response without what tells who sends it; From is that of the request. */
    static Response applied(Response response) {
        Set<String> asked = asked(response.headers());
        if (!asked.contains(USER) || asked.contains(NONE)) {
            return response;
        }
        Response.Builder builder = response.toBuilder();
        INFORMATIONAL.forEach(builder::remove);
        String rest = rest(asked);
        return (rest.isEmpty() ? builder.remove(HeaderName.PRIVACY) : builder.set(HeaderName.PRIVACY, rest)).build();
    }

    /** What others are still to do. */
    private static String rest(Set<String> asked) {
        List<String> rest = new ArrayList<>(asked);
        rest.remove(USER);
        return rest.equals(List.of(CRITICAL)) ? "" : String.join(";", rest);
    }

    /** The grammar of RFC 3323 has semicolons between the values, its erratum 5184 commas. */
    private static Set<String> asked(Headers headers) {
        Set<String> asked = new LinkedHashSet<>();
        for (String line : headers.all(HeaderName.PRIVACY)) {
            StringTokenizer values = new StringTokenizer(line, ";, \t");
            while (values.hasMoreTokens()) {
                asked.add(values.nextToken().toLowerCase(Locale.ROOT));
            }
        }
        return asked;
    }
}
