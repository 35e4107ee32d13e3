// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import static jakarta.servlet.sip.Fakes.fake;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SipServletTest {
    private final Recorder servlet = new Recorder();

    @ParameterizedTest
    @CsvSource({
        "INVITE,doInvite",
        "ACK,doAck",
        "OPTIONS,doOptions",
        "BYE,doBye",
        "CANCEL,doCancel",
        "REGISTER,doRegister",
        "SUBSCRIBE,doSubscribe",
        "NOTIFY,doNotify",
        "MESSAGE,doMessage",
        "INFO,doInfo",
        "PRACK,doPrack",
        "UPDATE,doUpdate",
        "REFER,doRefer",
        "PUBLISH,doPublish"
    })
    void handsARequestToTheMethodNamedAfterItsSipMethod(String sipMethod, String called) throws Exception {
        servlet.service(request(sipMethod), null);

        assertThat(servlet.calls).containsExactly("doRequest", called);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BENOTIFY", "invite", ""})
    void dropsARequestOfAnotherMethod(String sipMethod) throws Exception {
        servlet.service(request(sipMethod), null);

        assertThat(servlet.calls).containsExactly("doRequest");
    }

    @ParameterizedTest
    @CsvSource({
        "101,doProvisionalResponse", "180,doProvisionalResponse", "199,doProvisionalResponse", "200,doSuccessResponse",
        "299,doSuccessResponse", "300,doRedirectResponse", "399,doRedirectResponse", "400,doErrorResponse",
        "500,doErrorResponse", "603,doErrorResponse", "699,doErrorResponse"
    })
    void handsAResponseToTheMethodForItsStatus(int status, String called) throws Exception {
        servlet.service(null, response(status, false));

        assertThat(servlet.calls).containsExactly("doResponse", called);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 302, 486, 603})
    void handsABranchResponseToItsOwnMethodWhateverItsStatus(int status) throws Exception {
        servlet.service(null, response(status, true));

        assertThat(servlet.calls).containsExactly("doResponse", "doBranchResponse");
    }

    @Test
    void dropsA100() throws Exception {
        servlet.service(null, response(100, false));

        assertThat(servlet.calls).containsExactly("doResponse");
    }

    @Test
    void takesExactlyOneSipMessage() {
        assertThatThrownBy(() -> servlet.service(null, null)).isInstanceOf(ServletException.class);
        assertThatThrownBy(() -> servlet.service(request("INVITE"), response(200, false)))
                .isInstanceOf(ServletException.class);
        assertThatThrownBy(() -> servlet.service(fake(ServletRequest.class, Map.of()), null))
                .isInstanceOf(ServletException.class);
        assertThatThrownBy(() -> servlet.service(null, fake(ServletResponse.class, Map.of())))
                .isInstanceOf(ServletException.class);

        assertThat(servlet.calls).isEmpty();
    }

    @Test
    void passesOnWhatTheApplicationThrows() {
        SipServlet failing = new SipServlet() {
            @Override
            protected void doBye(SipServletRequest req) throws ServletException, IOException {
                throw new IOException("gone");
            }
        };

        assertThatThrownBy(() -> failing.service(request("BYE"), null))
                .isInstanceOf(IOException.class)
                .hasMessage("gone");
    }

    @Test
    void doesNothingUnlessOverridden() throws Exception {
        SipServlet plain = new SipServlet() {};

        plain.service(request("INVITE"), null); // the fake refuses every call but getMethod
        plain.service(null, response(486, false));
    }

    @Test
    void logsToTheContextWithItsName() throws Exception {
        List<Object> log = new ArrayList<>();
        ServletContext context = (ServletContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ServletContext.class}, (self, method, arguments) -> {
                    log.addAll(Arrays.asList(arguments));
                    return null;
                });
        Exception cause = new Exception();
        servlet.init(fake(ServletConfig.class, Map.of("getServletContext", context, "getServletName", "Echo")));
        log.clear(); // GenericServlet may log its start

        servlet.log("hello");
        servlet.log("oops", cause);

        assertThat(log).containsExactly("Echo: hello", "Echo: oops", cause);
    }

    private static SipServletRequest request(String method) {
        return fake(SipServletRequest.class, Map.of("getMethod", method));
    }

    private static SipServletResponse response(int status, boolean branch) {
        return fake(SipServletResponse.class, Map.of("getStatus", status, "isBranchResponse", branch));
    }

    private static final class Recorder extends SipServlet {
        private final transient List<String> calls = new ArrayList<>();

        @Override
        protected void doRequest(SipServletRequest message) throws ServletException, IOException {
            calls.add("doRequest");
            super.doRequest(message);
        }

        @Override
        protected void doResponse(SipServletResponse message) throws ServletException, IOException {
            calls.add("doResponse");
            super.doResponse(message);
        }

        @Override
        protected void doInvite(SipServletRequest req) {
            calls.add("doInvite");
        }

        @Override
        protected void doAck(SipServletRequest req) {
            calls.add("doAck");
        }

        @Override
        protected void doOptions(SipServletRequest req) {
            calls.add("doOptions");
        }

        @Override
        protected void doBye(SipServletRequest req) {
            calls.add("doBye");
        }

        @Override
        protected void doCancel(SipServletRequest req) {
            calls.add("doCancel");
        }

        @Override
        protected void doRegister(SipServletRequest req) {
            calls.add("doRegister");
        }

        @Override
        protected void doSubscribe(SipServletRequest req) {
            calls.add("doSubscribe");
        }

        @Override
        protected void doNotify(SipServletRequest req) {
            calls.add("doNotify");
        }

        @Override
        protected void doMessage(SipServletRequest req) {
            calls.add("doMessage");
        }

        @Override
        protected void doInfo(SipServletRequest req) {
            calls.add("doInfo");
        }

        @Override
        protected void doPrack(SipServletRequest req) {
            calls.add("doPrack");
        }

        @Override
        protected void doUpdate(SipServletRequest req) {
            calls.add("doUpdate");
        }

        @Override
        protected void doRefer(SipServletRequest req) {
            calls.add("doRefer");
        }

        @Override
        protected void doPublish(SipServletRequest req) {
            calls.add("doPublish");
        }

        @Override
        protected void doProvisionalResponse(SipServletResponse resp) {
            calls.add("doProvisionalResponse");
        }

        @Override
        protected void doSuccessResponse(SipServletResponse resp) {
            calls.add("doSuccessResponse");
        }

        @Override
        protected void doRedirectResponse(SipServletResponse resp) {
            calls.add("doRedirectResponse");
        }

        @Override
        protected void doErrorResponse(SipServletResponse resp) {
            calls.add("doErrorResponse");
        }

        @Override
        protected void doBranchResponse(SipServletResponse resp) {
            calls.add("doBranchResponse");
        }
    }
}
