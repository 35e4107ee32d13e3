// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import java.util.Optional;

/** A parameter at the end of the path of an HTTP URL, as {@code ;jsessionid} is one (RFC 3986 §3.3). Stateless. */
public final class PathParameter {

    private PathParameter() {}

    /** The URL with the parameter, in the place of one that it has. */
    public static String add(String url, String name, String value) {
        int end = pathEnd(url);
        String path = url.substring(0, end);
        int present = path.indexOf(';' + name + '=');
        if (present >= 0) {
            int next = path.indexOf(';', present + 1);
            path = path.substring(0, present) + (next < 0 ? "" : path.substring(next));
        }
        int authority = path.indexOf("://");
        boolean rootless = authority >= 0 && path.indexOf('/', authority + "://".length()) < 0;
        return path + (rootless ? "/;" : ";") + name + '=' + value + url.substring(end);
    }

    /** The parameter's value in a path or URL. */
    public static Optional<String> value(String url, String name) {
        String path = url.substring(0, pathEnd(url));
        String start = ';' + name + '=';
        int at = path.indexOf(start);
        if (at < 0) {
            return Optional.empty();
        }
        int begin = at + start.length();
        int end = begin;
        while (end < path.length() && path.charAt(end) != ';' && path.charAt(end) != '/') {
            end++;
        }
        return Optional.of(path.substring(begin, end));
    }

    private static int pathEnd(String url) {
        int fragment = url.indexOf('#');
        int end = fragment < 0 ? url.length() : fragment;
        int query = url.indexOf('?');
        return query >= 0 && query < end ? query : end;
    }
}
