// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.B2buaHelper;
import jakarta.servlet.sip.SipErrorEvent;
import jakarta.servlet.sip.SipErrorListener;
import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.UAMode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A back-to-back user agent that does what a careful one does: whatever happens to one leg, the other one hears of it. */
public final class Bridge extends WitnessedServlet implements SipErrorListener {
    private static final long serialVersionUID = 1;

    private final transient Map<String, List<String>> directory;
    private final boolean passesAcks;

    /** @param directory the contacts of each user, of which it calls the first */
    public Bridge(String name, Witness witness, Map<String, List<String>> directory) {
        this(name, witness, directory, false);
    }

    /** @param passesAcks whether the callee gets its ACK when the caller has sent one */
    public Bridge(String name, Witness witness, Map<String, List<String>> directory, boolean passesAcks) {
        super(name, witness);
        this.directory = directory;
        this.passesAcks = passesAcks;
    }

    @Override
    protected void doInvite(SipServletRequest req) throws ServletException, IOException {
        if (!req.isInitial()) {
            passOn(req);
            return;
        }
        List<String> contacts = directory.getOrDefault(user(req), List.of());
        if (contacts.isEmpty()) {
            req.createResponse(404).send();
            return;
        }
        SipServletRequest leg = req.getB2buaHelper().createRequest(req, true, null);
        leg.setRequestURI(uri(contacts.get(0)));
        copyContent(req, leg);
        leg.send();
    }

    private static void copyContent(SipServletRequest from, SipServletRequest to) throws IOException {
        if (from.getContentLength() > 0) {
            to.setContent(from.getRawContent(), "application/sdp");
        }
    }

    @Override
    protected void doUpdate(SipServletRequest req) throws ServletException, IOException {
        passOn(req);
    }

    @Override
    protected void doInfo(SipServletRequest req) throws ServletException, IOException {
        passOn(req);
    }

    private static void passOn(SipServletRequest req) throws ServletException, IOException {
        if (req.getMaxForwards() == 0) {
            req.createResponse(483).send(); // RFC 7332
            return;
        }
        B2buaHelper helper = req.getB2buaHelper();
        SipSession other = helper.getLinkedSession(req.getSession());
        if (other == null || !isUp(other)) {
            req.createResponse(481).send();
            return;
        }
        try {
            SipServletRequest passed = helper.createRequest(other, req, null);
            passed.send();
        } catch (IllegalStateException busy) { // the other side has just asked as well
            req.createResponse(491).send();
        }
    }

    private static boolean isUp(SipSession session) {
        return session.isValid() && session.getState() == SipSession.State.CONFIRMED;
    }

    @Override
    protected void doResponse(SipServletResponse resp) throws ServletException, IOException {
        super.doResponse(resp);
        String method = resp.getMethod();
        boolean success = resp.getStatus() / 100 == 2;
        SipServletRequest caller = resp.getRequest().getB2buaHelper().getLinkedSipServletRequest(resp.getRequest());
        boolean answers = caller != null && !caller.isCommitted();
        if (method.equals("INVITE") && success && !(passesAcks && answers)) {
            resp.createAck().send();
        }
        if (method.equals("BYE") || method.equals("CANCEL")) {
            return;
        }
        if (caller != null && answers) {
            caller.createResponse(resp.getStatus()).send();
        } else if (method.equals("INVITE") && success && resp.getRequest().isInitial()) {
            hangUp(resp.getSession()); // the caller is gone
        }
    }

    @Override
    protected void doAck(SipServletRequest req) throws ServletException, IOException {
        B2buaHelper helper = req.getB2buaHelper();
        SipSession other = helper.getLinkedSession(req.getSession());
        if (passesAcks && other != null && other.isValid()) {
            acknowledge(helper, other);
        }
    }

    private static void acknowledge(B2buaHelper helper, SipSession callee) throws IOException {
        for (SipServletMessage each : helper.getPendingMessages(callee, UAMode.UAC)) {
            if (each instanceof SipServletResponse success && success.getStatus() / 100 == 2) {
                success.createAck().send();
            }
        }
    }

    @Override
    protected void doCancel(SipServletRequest req) throws ServletException, IOException {
        B2buaHelper helper = req.getB2buaHelper();
        SipSession other = helper.getLinkedSession(req.getSession());
        if (other == null || !other.isValid()) {
            return;
        }
        switch (other.getState()) {
            case INITIAL, EARLY -> helper.createCancel(other).send();
            case CONFIRMED -> hangUp(other);
            default -> {
                // over
            }
        }
    }

    @Override
    protected void doBye(SipServletRequest req) throws ServletException, IOException {
        SipSession other = req.getB2buaHelper().getLinkedSession(req.getSession());
        req.createResponse(200).send();
        if (passesAcks && other != null && isUp(other)) {
            acknowledge(req.getB2buaHelper(), other); // the caller hangs up before its ACK has come
        }
        hangUp(other);
    }

    private static void hangUp(@Nullable SipSession session) throws IOException {
        if (session != null && isUp(session)) {
            session.createRequest("BYE").send();
        }
    }

    @Override
    public void noAckReceived(SipErrorEvent ee) {
        SipServletRequest request = ee.getRequest();
        try {
            hangUp(request.getB2buaHelper().getLinkedSession(request.getSession()));
            hangUp(request.getSession());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void noPrackReceived(SipErrorEvent ee) {}

    @Override
    public void noNotifyReceived(SipErrorEvent ee) {}
}
