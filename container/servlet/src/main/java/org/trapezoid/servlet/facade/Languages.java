// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Accept-Language values (RFC 3261 §20.3). */
final class Languages {

    private record Preference(Locale locale, double q) {}

    private Languages() {}

    /** The locales in descending order of q; those with q=0 are not acceptable and left out. */
    static List<Locale> preferred(List<String> values) {
        List<Preference> preferences = new ArrayList<>();
        for (String value : values) {
            SipParameterable parsed = SipParameterable.parse(value, Owner.none());
            double q = q(parsed.getParameter("q"));
            if (q > 0 && !parsed.getValue().equals("*")) {
                preferences.add(new Preference(Locale.forLanguageTag(parsed.getValue()), q));
            }
        }
        preferences.sort(Comparator.comparingDouble(Preference::q).reversed());
        return preferences.stream().map(Preference::locale).toList();
    }

    private static double q(@org.jspecify.annotations.Nullable String text) {
        try {
            return text == null ? 1 : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return 1;
        }
    }
}
