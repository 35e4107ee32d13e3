// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.Set;

public interface SipServletResponse extends ServletResponse, SipServletMessage {
    int SC_TRYING = 100;

    int SC_RINGING = 180;

    int SC_CALL_BEING_FORWARDED = 181;

    int SC_CALL_QUEUED = 182;

    int SC_SESSION_PROGRESS = 183;

    int SC_OK = 200;

    int SC_ACCEPTED = 202;

    int SC_MULTIPLE_CHOICES = 300;

    int SC_MOVED_PERMANENTLY = 301;

    int SC_MOVED_TEMPORARILY = 302;

    int SC_USE_PROXY = 305;

    int SC_ALTERNATIVE_SERVICE = 380;

    int SC_BAD_REQUEST = 400;

    int SC_UNAUTHORIZED = 401;

    int SC_PAYMENT_REQUIRED = 402;

    int SC_FORBIDDEN = 403;

    int SC_NOT_FOUND = 404;

    int SC_METHOD_NOT_ALLOWED = 405;

    int SC_NOT_ACCEPTABLE = 406;

    int SC_PROXY_AUTHENTICATION_REQUIRED = 407;

    int SC_REQUEST_TIMEOUT = 408;

    int SC_GONE = 410;

    int SC_CONDITIONAL_REQUEST_FAILED = 412;

    int SC_REQUEST_ENTITY_TOO_LARGE = 413;

    int SC_REQUEST_URI_TOO_LONG = 414;

    int SC_UNSUPPORTED_MEDIA_TYPE = 415;

    int SC_UNSUPPORTED_URI_SCHEME = 416;

    int SC_BAD_EXTENSION = 420;

    int SC_EXTENSION_REQUIRED = 421;

    int SC_SESSION_INTERVAL_TOO_SMALL = 422;

    int SC_INTERVAL_TOO_BRIEF = 423;

    int SC_USE_IDENTITY_HEADER = 428;

    int SC_PROVIDE_REFERER_IDENTITY = 429;

    int SC_BAD_IDENTITY_INFO = 436;

    int SC_UNSUPPORTED_CERTIFICATE = 437;

    int SC_INVALID_IDENTITY_HEADER = 438;

    int SC_MAX_BREADTH_EXCEEDED = 440;

    int SC_TEMPORARLY_UNAVAILABLE = 480;

    /** Status 480 Temporarily Unavailable; the same as {@link #SC_TEMPORARLY_UNAVAILABLE}, spelled right. */
    int SC_TEMPORARILY_UNAVAILABLE = 480;

    int SC_CALL_LEG_DONE = 481;

    int SC_LOOP_DETECTED = 482;

    int SC_TOO_MANY_HOPS = 483;

    int SC_ADDRESS_INCOMPLETE = 484;

    int SC_AMBIGUOUS = 485;

    int SC_BUSY_HERE = 486;

    int SC_REQUEST_TERMINATED = 487;

    int SC_NOT_ACCEPTABLE_HERE = 488;

    int SC_BAD_EVENT = 489;

    int SC_REQUEST_PENDING = 491;

    int SC_UNDECIPHERABLE = 493;

    int SC_SECURITY_AGREEMENT_REQUIRED = 494;

    int SC_SERVER_INTERNAL_ERROR = 500;

    int SC_NOT_IMPLEMENTED = 501;

    int SC_BAD_GATEWAY = 502;

    int SC_SERVICE_UNAVAILABLE = 503;

    int SC_SERVER_TIMEOUT = 504;

    int SC_VERSION_NOT_SUPPORTED = 505;

    int SC_MESSAGE_TOO_LARGE = 513;

    int SC_PRECONDITION_FAILURE = 580;

    int SC_BUSY_EVERYWHERE = 600;

    int SC_DECLINE = 603;

    @Deprecated
    int SC_DOES_NOT_EXIT_ANYWHERE = 604;

    int SC_DOES_NOT_EXIST_ANYWHERE = 604;

    int SC_NOT_ACCEPTABLE_ANYWHERE = 606;

    SipServletRequest getRequest();

    int getStatus();

    void setStatus(int statusCode);

    void setStatus(int statusCode, String reasonPhrase);

    String getReasonPhrase();

    @Override
    ServletOutputStream getOutputStream() throws IOException;

    @Override
    PrintWriter getWriter() throws IOException;

    Proxy getProxy();

    ProxyBranch getProxyBranch();

    void sendReliably() throws Rel100Exception;

    @Override
    void send() throws IOException;

    SipServletRequest createAck();

    SipServletRequest createPrack() throws Rel100Exception;

    Iterator<String> getChallengeRealms();

    Set<String> getChallengeRealmSet();

    boolean isBranchResponse();

    boolean isReliableProvisional();

    String getProvisionalResponseId();

    InviteBranch getInviteBranch();
}
