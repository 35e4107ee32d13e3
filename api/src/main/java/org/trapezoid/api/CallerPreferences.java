// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

import jakarta.servlet.sip.Parameterable;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.SipServletRequest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a caller wants of the proxies on the way (RFC 3841): which contacts of the callee, by the capabilities that they registered
 * (RFC 3840), and how they are tried. Immutable. A request without Accept-Contact, Reject-Contact and Request-Disposition
 * wants nothing, and every target stays where it is.
 *
 * <pre>{@code
 * CallerPreferences wishes = CallerPreferences.of(req);
 * List<Binding> targets = wishes.targets(locations.lookup(aor)); // best first
 * proxy.setNoCancel(wishes.asks(CallerPreferences.Directive.NO_CANCEL));
 * }</pre>
 */
public final class CallerPreferences {

    /** The feature tags that stand in Contact without a plus sign, RFC 3840 §9. */
    private static final Set<String> BASE_TAGS = Set.of(
            "actor",
            "application",
            "audio",
            "automata",
            "class",
            "control",
            "data",
            "description",
            "duplex",
            "events",
            "extensions",
            "isfocus",
            "language",
            "methods",
            "mobility",
            "priority",
            "schemes",
            "text",
            "type",
            "video");

    /** How the request is to be treated, RFC 3841 §9.1. */
    public enum Directive {
        /** Forward the request. */
        PROXY,
        /** Answer it with the contacts. */
        REDIRECT,
        /** Cancel the others when one accepts. */
        CANCEL,
        /** Let the others go on. */
        NO_CANCEL,
        /** Try several contacts. */
        FORK,
        /** Try one contact only. */
        NO_FORK,
        /** Follow redirections. */
        RECURSE,
        /** Pass them back. */
        NO_RECURSE,
        /** Try all contacts at the same time. */
        PARALLEL,
        /** Try one after another. */
        SEQUENTIAL,
        /** Wait while the callee is busy. */
        QUEUE,
        /** Do not. */
        NO_QUEUE
    }

    private record Wish(Map<String, FeatureValues> features, boolean require, boolean explicit) {}

    private final List<Wish> accepted;
    private final List<Wish> rejected;
    private final Set<Directive> directives;

    private CallerPreferences(List<Wish> accepted, List<Wish> rejected, Set<Directive> directives) {
        this.accepted = List.copyOf(accepted);
        this.rejected = List.copyOf(rejected);
        this.directives = directives;
    }

    /**
     * Reads the preferences of a request; what does not follow the grammar is as if it were not there.
     *
     * @param request the request
     * @return its preferences
     */
    public static CallerPreferences of(SipServletRequest request) {
        Set<Directive> directives = EnumSet.noneOf(Directive.class);
        for (Iterator<String> each = request.getHeaders("Request-Disposition"); each.hasNext(); ) {
            String token = each.next().strip().toUpperCase(Locale.ROOT).replace('-', '_');
            for (Directive directive : Directive.values()) {
                if (directive.name().equals(token)) {
                    directives.add(directive);
                }
            }
        }
        return new CallerPreferences(wishes(request, "Accept-Contact"), wishes(request, "Reject-Contact"), directives);
    }

    private static List<Wish> wishes(SipServletRequest request, String header) {
        List<Wish> wishes = new ArrayList<>();
        try {
            List<? extends Parameterable> values = request.getParameterableHeaderList(header);
            if (values == null) {
                return wishes;
            }
            for (Parameterable value : values) {
                Map<String, FeatureValues> features = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
                for (Iterator<String> names = value.getParameterNames(); names.hasNext(); ) {
                    String name = names.next();
                    if (isFeature(name)) {
                        features.put(name, FeatureValues.parse(value.getParameter(name)));
                    }
                }
                boolean require = value.getParameter("require") != null;
                boolean explicit = value.getParameter("explicit") != null;
                wishes.add(new Wish(features, require, explicit));
            }
        } catch (ServletParseException e) {
            wishes.clear();
        }
        return wishes;
    }

    private static boolean isFeature(String parameter) {
        return parameter.startsWith("+") || BASE_TAGS.contains(parameter.toLowerCase(Locale.ROOT));
    }

    /**
     * Whether the caller asks for it.
     *
     * @param directive the directive
     * @return true if Request-Disposition has it
     */
    public boolean asks(Directive directive) {
        return directives.contains(directive);
    }

    /**
     * Whether the caller prefers certain contacts.
     *
     * @return true if there is an Accept-Contact or Reject-Contact
     */
    public boolean choosesContacts() {
        return !accepted.isEmpty() || !rejected.isEmpty();
    }

    /**
     * The contacts that the caller accepts: by q as the callee wants it, and with equal q by how well they suit the caller (RFC
     * 3841 §7.2.4).
     *
     * @param bindings the contacts of the callee
     * @return those that are left, best first; without preferences all of them as they are
     */
    public List<Binding> targets(List<Binding> bindings) {
        if (!choosesContacts()) {
            return bindings;
        }
        List<Binding> targets = new ArrayList<>(bindings);
        targets.removeIf(binding -> score(binding).isEmpty());
        targets.sort((a, b) ->
                a.q() != b.q() ? Float.compare(b.q(), a.q()) : Double.compare(score(b).orElse(0), score(a).orElse(0)));
        return List.copyOf(targets);
    }

    /**
     * How well a contact suits the caller: the score Qa of RFC 3841 §7.2.4. A contact that registered no capabilities is
     * immune: it suits as well as any.
     *
     * @param binding the contact
     * @return 0 to 1; empty if the caller rejects it
     */
    public OptionalDouble score(Binding binding) {
        Map<String, FeatureValues> capabilities = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        binding.parameters().forEach((name, value) -> {
            if (isFeature(name)) {
                capabilities.put(name, FeatureValues.parse(value));
            }
        });
        if (capabilities.isEmpty()) {
            return OptionalDouble.of(1);
        }
        for (Wish wish : rejected) {
            if (isRejected(wish, capabilities)) {
                return OptionalDouble.empty();
            }
        }
        double sum = 0;
        for (Wish wish : accepted) {
            OptionalDouble score = score(wish, capabilities);
            if (score.isEmpty()) {
                return score;
            }
            sum += score.getAsDouble();
        }
        return OptionalDouble.of(accepted.isEmpty() ? 1 : sum / accepted.size());
    }

    /** Only what a contact says of itself can be held against it. */
    private static boolean isRejected(Wish wish, Map<String, FeatureValues> capabilities) {
        for (Map.Entry<String, FeatureValues> each : wish.features().entrySet()) {
            FeatureValues capability = capabilities.get(each.getKey());
            if (capability == null || !capability.matches(each.getValue())) {
                return false;
            }
        }
        return !wish.features().isEmpty();
    }

    private static OptionalDouble score(Wish wish, Map<String, FeatureValues> capabilities) {
        int matched = 0;
        boolean suits = true;
        for (Map.Entry<String, FeatureValues> each : wish.features().entrySet()) {
            FeatureValues capability = capabilities.get(each.getKey());
            if (capability == null) {
                suits = suits && !wish.explicit();
            } else if (capability.matches(each.getValue())) {
                matched++;
            } else {
                suits = false;
            }
        }
        if (!suits) {
            return wish.require() ? OptionalDouble.empty() : OptionalDouble.of(0);
        }
        int terms = wish.features().size();
        return OptionalDouble.of(terms == 0 ? 1 : (double) matched / terms);
    }
}
