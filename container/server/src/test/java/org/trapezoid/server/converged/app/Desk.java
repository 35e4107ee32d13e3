// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged.app;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.sip.ConvergedHttpSession;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Serves SIP by annotation and HTTP by web.xml, with one instance: a page calls a phone, and the responses are written to the page as they come. */
@jakarta.servlet.sip.annotation.SipServlet(name = "desk")
public class Desk extends SipServlet {
    private static final long serialVersionUID = 1L;
    private static final String PAGE = "page";

    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger initialised = new AtomicInteger();

    @Resource
    private transient @Nullable SipFactory factory;

    @PostConstruct
    void count() {
        made.incrementAndGet();
    }

    @PreDestroy
    void gone() {
        System.setProperty("desk.gone", String.valueOf(Integer.getInteger("desk.gone", 0) + 1));
    }

    @Override
    public void init() {
        initialised.incrementAndGet();
    }

    @Override
    public void service(ServletRequest request, ServletResponse response) throws ServletException, IOException {
        if (request instanceof HttpServletRequest http) {
            http(http, (HttpServletResponse) response);
        } else {
            super.service(request, response);
        }
    }

    private void http(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        String to = request.getParameter("call");
        if (to == null) {
            response.getWriter()
                    .print(made + " " + initialised + " " + getInitParameter("colour") + " "
                            + getServletContext().getAttribute("messages"));
            return;
        }
        ConvergedHttpSession session = (ConvergedHttpSession) request.getSession();
        SipApplicationSession application = session.getApplicationSession();
        AsyncContext page = request.startAsync();
        page.setTimeout(0);
        application.setAttribute(PAGE, page);
        SipServletRequest invite = requireFactory().createRequest(application, "INVITE", "sip:desk@a.test", to);
        invite.send();
        PrintWriter out = page.getResponse().getWriter();
        out.println("calling");
        out.flush();
    }

    private SipFactory requireFactory() {
        if (factory == null) {
            throw new IllegalStateException("nothing was injected");
        }
        return factory;
    }

    @Override
    protected void doMessage(SipServletRequest message) throws IOException {
        getServletContext().setAttribute("messages", message.getHeader("Subject"));
        message.createResponse(200).send();
    }

    @Override
    protected void doProvisionalResponse(SipServletResponse response) throws IOException {
        page(response).getResponse().getWriter().println(response.getStatus());
        page(response).getResponse().flushBuffer();
    }

    @Override
    protected void doSuccessResponse(SipServletResponse response) throws IOException {
        if (response.getMethod().equals("INVITE")) {
            response.createAck().send();
            page(response).getResponse().getWriter().println("talking");
            page(response).complete();
            response.getSession().createRequest("BYE").send();
        }
    }

    private static AsyncContext page(SipServletResponse response) {
        return (AsyncContext) response.getApplicationSession().getAttribute(PAGE);
    }
}
