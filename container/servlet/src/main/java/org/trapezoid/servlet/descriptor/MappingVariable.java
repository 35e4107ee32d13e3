// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.Optional;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.TelUri;
import org.trapezoid.sip.uri.Uri;

/** A variable of a servlet mapping, as {@code request.from.uri.user}, JSR 289 §16. An immutable value. */
public record MappingVariable(Source source, Part part, String parameter) {
    private static final String PARAMETER = "param.";
    private static final int SIP_PORT = 5060;
    private static final int SIPS_PORT = 5061;

    /** Where in the request to look. */
    public enum Source {
        METHOD,
        URI,
        FROM,
        TO,
        ROUTE
    }

    /** What to take from there. */
    public enum Part {
        /** The whole header field value or method. */
        WHOLE,
        DISPLAY_NAME,
        URI,
        SCHEME,
        USER,
        HOST,
        PORT,
        TEL,
        PARAM
    }

    /** Empty when there is no variable of that name. */
    public static Optional<MappingVariable> parse(String name) {
        if (name.equals("request.method")) {
            return Optional.of(new MappingVariable(Source.METHOD, Part.WHOLE, ""));
        }
        return after(name, "request.uri")
                .flatMap(rest -> ofUri(Source.URI, rest))
                .or(() -> after(name, "request.from").flatMap(rest -> ofAddress(Source.FROM, rest)))
                .or(() -> after(name, "request.to").flatMap(rest -> ofAddress(Source.TO, rest)))
                .or(() -> after(name, "request.route").flatMap(rest -> ofAddress(Source.ROUTE, rest)));
    }

    private static Optional<String> after(String name, String prefix) {
        if (!name.startsWith(prefix)) {
            return Optional.empty();
        }
        var rest = name.substring(prefix.length());
        return rest.isEmpty() || rest.charAt(0) == '.' ? Optional.of(rest) : Optional.empty();
    }

    private static Optional<MappingVariable> ofAddress(Source source, String rest) {
        return switch (rest) {
            case "" -> Optional.of(new MappingVariable(source, Part.WHOLE, ""));
            case ".display-name" -> Optional.of(new MappingVariable(source, Part.DISPLAY_NAME, ""));
            default -> after(rest, ".uri").flatMap(below -> ofUri(source, below));
        };
    }

    private static Optional<MappingVariable> ofUri(Source source, String rest) {
        return switch (rest) {
            case "" -> Optional.of(new MappingVariable(source, Part.URI, ""));
            case ".scheme" -> Optional.of(new MappingVariable(source, Part.SCHEME, ""));
            case ".user" -> Optional.of(new MappingVariable(source, Part.USER, ""));
            case ".host" -> Optional.of(new MappingVariable(source, Part.HOST, ""));
            case ".port" -> Optional.of(new MappingVariable(source, Part.PORT, ""));
            case ".tel" -> Optional.of(new MappingVariable(source, Part.TEL, ""));
            default ->
                rest.startsWith('.' + PARAMETER) && rest.length() > PARAMETER.length() + 1
                        ? Optional.of(new MappingVariable(source, Part.PARAM, rest.substring(PARAMETER.length() + 1)))
                        : Optional.empty();
        };
    }

    boolean isTelephoneNumber() {
        return part == Part.TEL;
    }

    /** The value in a request; empty when it is undefined there. */
    Optional<String> value(MappingTarget request) {
        return switch (source) {
            case METHOD -> Optional.of(request.method());
            case URI -> ofUri(request.uri());
            case FROM -> ofAddress(request.from());
            case TO -> ofAddress(request.to());
            case ROUTE -> request.route().flatMap(this::ofAddress);
        };
    }

    private Optional<String> ofAddress(NameAddr address) {
        return switch (part) {
            case WHOLE -> Optional.of(address.toString());
            case DISPLAY_NAME -> address.displayName();
            case URI, SCHEME, USER, HOST, PORT, TEL, PARAM -> ofUri(address.uri());
        };
    }

    private Optional<String> ofUri(Uri uri) {
        return switch (part) {
            case WHOLE, URI -> Optional.of(uri.toString());
            case SCHEME -> Optional.of(uri.scheme());
            case TEL -> telephoneNumber(uri);
            case PARAM -> parameter(uri);
            case USER ->
                uri instanceof SipUri sip && sip.user().isPresent() ? Optional.of(sip.userDecoded()) : Optional.empty();
            case HOST -> uri instanceof SipUri sip ? Optional.of(sip.host()) : Optional.empty();
            case PORT ->
                uri instanceof SipUri sip
                        ? Optional.of(Integer.toString(sip.hostPort().portOr(sip.secure() ? SIPS_PORT : SIP_PORT)))
                        : Optional.empty();
            case DISPLAY_NAME -> Optional.empty();
        };
    }

    private Optional<String> parameter(Uri uri) {
        if (uri instanceof SipUri sip) {
            return sip.parameter(parameter);
        }
        return uri instanceof TelUri tel ? tel.parameters().value(parameter) : Optional.empty();
    }

    private static Optional<String> telephoneNumber(Uri uri) {
        if (uri instanceof TelUri tel) {
            return Optional.of((tel.isGlobal() ? "+" : "") + withoutSeparators(tel.number()));
        }
        if (uri instanceof SipUri sip
                && sip.user().isPresent()
                && sip.parameter("user").filter("phone"::equalsIgnoreCase).isPresent()) {
            var user = sip.userDecoded();
            int parameters = user.indexOf(';'); // RFC 3261 §19.1.6: the telephone-subscriber with its parameters
            return Optional.of(withoutSeparators(parameters < 0 ? user : user.substring(0, parameters)));
        }
        return Optional.empty();
    }

    private static String withoutSeparators(String number) {
        var digits = new StringBuilder(number.length());
        for (int i = 0; i < number.length(); i++) {
            if ("-.()".indexOf(number.charAt(i)) < 0) {
                digits.append(number.charAt(i));
            }
        }
        return digits.toString();
    }
}
