// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.fuzz;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.B2buaHelper;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.TooManyHopsException;
import jakarta.servlet.sip.UAMode;
import jakarta.servlet.sip.URI;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An application that reads everything of every message, and answers, proxies or links it. Keeps what the API throws and must
 * not: anything but the exceptions it declares.
 */
class CuriousServlet extends SipServlet {
    private static final long serialVersionUID = 1;

    enum Role {
        UAS,
        PROXY,
        B2BUA
    }

    private interface Work {
        void run() throws ServletException, IOException, TooManyHopsException;
    }

    private final Role role;
    private final String target;
    private final transient List<Throwable> faults = new ArrayList<>();

    CuriousServlet(Role role, String target) {
        this.role = role;
        this.target = target;
    }

    List<Throwable> faults() {
        return faults;
    }

    private void trying(Work work) {
        try {
            work.run();
        } catch (ServletParseException
                | TooManyHopsException
                | IllegalStateException
                | IllegalArgumentException
                | UnsupportedOperationException declared) {
            log("refused: " + declared.getMessage());
        } catch (IndexOutOfBoundsException | NullPointerException | ClassCastException | Error fault) {
            faults.add(fault);
        } catch (RuntimeException | ServletException | IOException fault) {
            faults.add(fault);
        }
    }

    @Override
    public void log(String message) {
        // nobody reads it
    }

    @Override
    protected void doRequest(SipServletRequest request) {
        read(request);
        trying(() -> request.getRequestURI().toString());
        trying(request::getPoppedRoute);
        trying(request::getMaxForwards);
        if (request.getMethod().equals("ACK") || request.getMethod().equals("CANCEL")) {
            trying(() -> acknowledge(request));
            return;
        }
        trying(() -> handle(request));
        trying(() -> {
            if (!request.isCommitted() && role == Role.UAS) {
                request.createResponse(500).send();
            }
        });
    }

    private void handle(SipServletRequest request) throws ServletException, IOException, TooManyHopsException {
        boolean calls = request.getMethod().equals("INVITE");
        switch (role) {
            case UAS -> {
                if (calls) {
                    request.createResponse(180).send();
                }
                request.createResponse(200).send();
            }
            case PROXY -> {
                if (request.getMethod().equals("OPTIONS")) {
                    request.createResponse(200).send();
                } else if (request.isInitial()) {
                    request.getProxy().setRecordRoute(true);
                    request.getProxy().setRecurse(true);
                    request.getProxy().proxyTo(uri());
                }
            }
            case B2BUA -> {
                if (calls || request.getMethod().equals("BYE")) {
                    leg(request).send();
                } else {
                    request.createResponse(200).send();
                }
            }
        }
    }

    private URI uri() throws ServletParseException {
        return ((SipFactory) getServletContext().getAttribute(SIP_FACTORY)).createURI(target);
    }

    private SipServletRequest leg(SipServletRequest request) throws ServletException, TooManyHopsException {
        B2buaHelper helper = request.getB2buaHelper();
        if (request.isInitial()) {
            SipServletRequest leg = helper.createRequest(request, true, null);
            leg.setRequestURI(uri());
            return leg;
        }
        SipSession other = helper.getLinkedSession(request.getSession());
        if (other == null) {
            throw new IllegalStateException("no linked session");
        }
        return helper.createRequest(other, request, null);
    }

    private void acknowledge(SipServletRequest request) throws IOException {
        if (role == Role.B2BUA && request.getMethod().equals("ACK")) {
            B2buaHelper helper = request.getB2buaHelper();
            SipSession other = helper.getLinkedSession(request.getSession());
            if (other != null) {
                for (SipServletMessage each : helper.getPendingMessages(other, UAMode.UAC)) {
                    if (each instanceof SipServletResponse success) {
                        success.createAck().send();
                    }
                }
            }
        }
    }

    @Override
    protected void doResponse(SipServletResponse response) {
        read(response);
        trying(response::getReasonPhrase);
        if (role == Role.B2BUA) {
            trying(() -> {
                SipServletRequest other =
                        response.getRequest().getB2buaHelper().getLinkedSipServletRequest(response.getRequest());
                if (other != null && !other.isCommitted()) {
                    other.createResponse(response.getStatus()).send();
                }
            });
        }
    }

    private void read(SipServletMessage message) {
        List<String> names = new ArrayList<>();
        message.getHeaderNames().forEachRemaining(names::add);
        for (String name : names) {
            trying(() -> message.getHeader(name));
            trying(() -> message.getHeaders(name).forEachRemaining(value -> {}));
            trying(() -> message.getAddressHeader(name));
            trying(() -> message.getAddressHeaders(name).forEachRemaining(value -> {}));
            trying(() -> message.getParameterableHeader(name));
            trying(() -> message.getParameterableHeaders(name).forEachRemaining(value -> {}));
        }
        trying(message::getAcceptLanguage);
        trying(() -> message.getAcceptLanguages().forEachRemaining(language -> {}));
        trying(message::getContentType);
        trying(message::getContentLanguage);
        trying(message::getCharacterEncoding);
        trying(message::getExpires);
        trying(() -> {
            try {
                message.getContent();
            } catch (IOException unreadable) {
                log("unreadable: " + unreadable.getMessage()); // declared: what the body is depends on the peer
            }
        });
        trying(message::getRawContent);
        trying(message::getCallId);
        trying(() -> message.getFrom().toString());
        trying(() -> message.getTo().toString());
        trying(message::getSession);
    }
}
