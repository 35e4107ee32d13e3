// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.header;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * The name of a header field, RFC 3261 §7.3.1. Immutable. All spellings of a known name (case, compact form) are one object;
 * unknown names are equal without regard to case.
 */
public final class HeaderName {
    private static final int BUCKETS = 1024;
    private static final HeaderName[][] TABLE = new HeaderName[BUCKETS][];

    public static final HeaderName ACCEPT = list("Accept");
    public static final HeaderName ACCEPT_CONTACT = list("Accept-Contact", 'a');
    public static final HeaderName ACCEPT_ENCODING = list("Accept-Encoding");
    public static final HeaderName ACCEPT_LANGUAGE = list("Accept-Language");
    public static final HeaderName ACCEPT_RESOURCE_PRIORITY = list("Accept-Resource-Priority");
    public static final HeaderName ALERT_INFO = list("Alert-Info");
    public static final HeaderName ALLOW = list("Allow");
    public static final HeaderName ALLOW_EVENTS = list("Allow-Events", 'u');
    public static final HeaderName ANSWER_MODE = single("Answer-Mode");
    public static final HeaderName AUTHENTICATION_INFO = single("Authentication-Info");
    public static final HeaderName AUTHORIZATION = single("Authorization");
    public static final HeaderName CALL_ID = single("Call-ID", 'i');
    public static final HeaderName CALL_INFO = list("Call-Info");
    public static final HeaderName CONTACT = list("Contact", 'm');
    public static final HeaderName CONTENT_DISPOSITION = single("Content-Disposition");
    public static final HeaderName CONTENT_ENCODING = list("Content-Encoding", 'e');
    public static final HeaderName CONTENT_LANGUAGE = list("Content-Language");
    public static final HeaderName CONTENT_LENGTH = single("Content-Length", 'l');
    public static final HeaderName CONTENT_TYPE = single("Content-Type", 'c');
    public static final HeaderName CSEQ = single("CSeq");
    public static final HeaderName DATE = single("Date");
    public static final HeaderName DIVERSION = list("Diversion");
    public static final HeaderName ERROR_INFO = list("Error-Info");
    public static final HeaderName EVENT = single("Event", 'o');
    public static final HeaderName EXPIRES = single("Expires");
    public static final HeaderName FEATURE_CAPS = list("Feature-Caps");
    public static final HeaderName FLOW_TIMER = single("Flow-Timer");
    public static final HeaderName FROM = single("From", 'f');
    public static final HeaderName GEOLOCATION = list("Geolocation");
    public static final HeaderName HISTORY_INFO = list("History-Info");
    public static final HeaderName IDENTITY = single("Identity", 'y');
    public static final HeaderName IN_REPLY_TO = list("In-Reply-To");
    public static final HeaderName INFO_PACKAGE = single("Info-Package");
    public static final HeaderName JOIN = single("Join");
    public static final HeaderName MAX_BREADTH = single("Max-Breadth");
    public static final HeaderName MAX_FORWARDS = single("Max-Forwards");
    public static final HeaderName MIME_VERSION = single("MIME-Version");
    public static final HeaderName MIN_EXPIRES = single("Min-Expires");
    public static final HeaderName MIN_SE = single("Min-SE");
    public static final HeaderName ORGANIZATION = single("Organization");
    public static final HeaderName P_ACCESS_NETWORK_INFO = list("P-Access-Network-Info");
    public static final HeaderName P_ASSERTED_IDENTITY = list("P-Asserted-Identity");
    public static final HeaderName P_ASSERTED_SERVICE = single("P-Asserted-Service");
    public static final HeaderName P_ASSOCIATED_URI = list("P-Associated-URI");
    public static final HeaderName P_CALLED_PARTY_ID = single("P-Called-Party-ID");
    public static final HeaderName P_CHARGE_INFO = list("P-Charge-Info");
    public static final HeaderName P_CHARGING_FUNCTION_ADDRESSES = single("P-Charging-Function-Addresses");
    public static final HeaderName P_CHARGING_VECTOR = single("P-Charging-Vector");
    public static final HeaderName P_PREFERRED_IDENTITY = list("P-Preferred-Identity");
    public static final HeaderName P_PROFILE_KEY = single("P-Profile-Key");
    public static final HeaderName P_SERVED_USER = single("P-Served-User");
    public static final HeaderName P_USER_DATABASE = single("P-User-Database");
    public static final HeaderName P_VISITED_NETWORK_ID = list("P-Visited-Network-ID");
    public static final HeaderName PATH = list("Path");
    public static final HeaderName PRIORITY = single("Priority");
    public static final HeaderName PRIVACY = single("Privacy");
    public static final HeaderName PROXY_AUTHENTICATE = single("Proxy-Authenticate");
    public static final HeaderName PROXY_AUTHORIZATION = single("Proxy-Authorization");
    public static final HeaderName PROXY_REQUIRE = list("Proxy-Require");
    public static final HeaderName RACK = single("RAck");
    public static final HeaderName REASON = list("Reason");
    public static final HeaderName RECORD_ROUTE = list("Record-Route");
    public static final HeaderName RECV_INFO = list("Recv-Info");
    public static final HeaderName REFER_SUB = single("Refer-Sub");
    public static final HeaderName REFER_TO = single("Refer-To", 'r');
    public static final HeaderName REFERRED_BY = single("Referred-By", 'b');
    public static final HeaderName REJECT_CONTACT = list("Reject-Contact", 'j');
    public static final HeaderName REPLACES = single("Replaces");
    public static final HeaderName REPLY_TO = single("Reply-To");
    public static final HeaderName REQUEST_DISPOSITION = list("Request-Disposition", 'd');
    public static final HeaderName REQUIRE = list("Require");
    public static final HeaderName RESOURCE_PRIORITY = list("Resource-Priority");
    public static final HeaderName RETRY_AFTER = single("Retry-After");
    public static final HeaderName ROUTE = list("Route");
    public static final HeaderName RSEQ = single("RSeq");
    public static final HeaderName SECURITY_CLIENT = list("Security-Client");
    public static final HeaderName SECURITY_SERVER = list("Security-Server");
    public static final HeaderName SECURITY_VERIFY = list("Security-Verify");
    public static final HeaderName SERVER = single("Server");
    public static final HeaderName SERVICE_ROUTE = list("Service-Route");
    public static final HeaderName SESSION_ID = single("Session-ID");
    public static final HeaderName SESSION_EXPIRES = single("Session-Expires", 'x');
    public static final HeaderName SIP_ETAG = single("SIP-ETag");
    public static final HeaderName SIP_IF_MATCH = single("SIP-If-Match");
    public static final HeaderName SUBJECT = single("Subject", 's');
    public static final HeaderName SUBSCRIPTION_STATE = single("Subscription-State");
    public static final HeaderName SUPPORTED = list("Supported", 'k');
    public static final HeaderName TARGET_DIALOG = single("Target-Dialog");
    public static final HeaderName TIMESTAMP = single("Timestamp");
    public static final HeaderName TO = single("To", 't');
    public static final HeaderName UNSUPPORTED = list("Unsupported");
    public static final HeaderName USER_AGENT = single("User-Agent");
    public static final HeaderName USER_TO_USER = list("User-to-User");
    public static final HeaderName VIA = list("Via", 'v');
    public static final HeaderName WARNING = list("Warning");
    public static final HeaderName WWW_AUTHENTICATE = single("WWW-Authenticate");

    private static final char NO_COMPACT = 0;

    private final String name;
    private final char compact;
    private final boolean list;
    private final boolean known;
    private final byte[] prefix;

    private HeaderName(String name, char compact, boolean list, boolean known) {
        this.name = name;
        this.compact = compact;
        this.list = list;
        this.known = known;
        this.prefix = Grammar.bytes(name + ": ");
    }

    private static HeaderName list(String name) {
        return known(name, NO_COMPACT, true);
    }

    private static HeaderName list(String name, char compact) {
        return known(name, compact, true);
    }

    private static HeaderName single(String name) {
        return known(name, NO_COMPACT, false);
    }

    private static HeaderName single(String name, char compact) {
        return known(name, compact, false);
    }

    private static HeaderName known(String name, char compact, boolean list) {
        HeaderName known = new HeaderName(name, compact, list, true);
        enter(name, known);
        if (compact != NO_COMPACT) {
            enter(String.valueOf(compact), known);
        }
        return known;
    }

    private static void enter(String spelling, HeaderName known) {
        byte[] b = Grammar.bytes(spelling);
        int bucket = bucket(b, 0, b.length);
        HeaderName[] old = TABLE[bucket] == null ? new HeaderName[0] : TABLE[bucket];
        HeaderName[] grown = Arrays.copyOf(old, old.length + 1);
        grown[old.length] = known;
        TABLE[bucket] = grown;
    }

    /** Length, first, middle and last letter tell known names well enough apart. */
    private static int bucket(byte[] b, int from, int to) {
        int length = to - from;
        int hash = length * 31 + (b[from] & 0x1f);
        hash = hash * 31 + (b[from + length / 2] & 0x1f);
        hash = hash * 31 + (b[to - 1] & 0x1f);
        return (hash ^ (hash >>> 10)) & (BUCKETS - 1);
    }

    /** The name in the range, which must be a token; known names are interned. */
    public static HeaderName of(byte[] b, int from, int to) {
        HeaderName[] candidates = TABLE[bucket(b, from, to)];
        if (candidates != null) {
            for (HeaderName candidate : candidates) {
                if (candidate.isSpelled(b, from, to)) {
                    return candidate;
                }
            }
        }
        return new HeaderName(Grammar.text(b, from, to), NO_COMPACT, false, false);
    }

    private boolean isSpelled(byte[] b, int from, int to) {
        int length = name.length();
        return to - from == length
                ? Arrays.equals(b, from, to, prefix, 0, length) || Grammar.equalsIgnoreCase(b, from, to, name)
                : to - from == 1 && Grammar.lower(b[from]) == compact;
    }

    public static HeaderName of(String name) {
        if (!Grammar.isToken(name)) {
            throw new SyntaxException("header name must be a token: " + Grammar.requireOneLine(name, "header name"));
        }
        byte[] b = Grammar.bytes(name);
        return of(b, 0, b.length);
    }

    public Optional<Character> compact() {
        return compact == NO_COMPACT ? Optional.empty() : Optional.of(compact);
    }

    /** Whether several values may stand in one field, separated by commas, RFC 3261 §7.3.1. */
    public boolean isList() {
        return list;
    }

    /** Whether this stack knows the name. */
    public boolean isKnown() {
        return known;
    }

    /** The length of {@code Name: }. */
    public int prefixLength() {
        return prefix.length;
    }

    /** Copies {@code Name: } into {@code target}. */
    public void copyPrefix(byte[] target, int at) {
        System.arraycopy(prefix, 0, target, at, prefix.length);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (!known && other instanceof HeaderName that && !that.known && name.equalsIgnoreCase(that.name));
    }

    @Override
    public int hashCode() {
        return known
                ? System.identityHashCode(this)
                : name.toLowerCase(Locale.ROOT).hashCode();
    }

    /** The long form as the RFC writes it; an unknown name as it was given. */
    @Override
    public String toString() {
        return name;
    }
}
