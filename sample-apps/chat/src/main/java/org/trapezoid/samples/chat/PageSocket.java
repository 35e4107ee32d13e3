// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.chat;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipSessionsUtil;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.security.Principal;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to a page. Its first message is {@code name, key}, each other one {@code number, address, text}, a line each. Whatever
 * comes is done by a task of the guest's application session, on its turn among messages from phones. An instance per connection; its
 * methods are called one at a time, those of {@link Page} by any thread.
 */
@ServerEndpoint(value = "/talk", configurator = SameSite.class)
@SuppressWarnings("NullAway.Init") // injected, and opened
public final class PageSocket implements Page {
    private static final Logger log = LoggerFactory.getLogger(PageSocket.class);

    /** A page that is silent for longer is gone; it sends an empty message each minute. */
    private static final long SILENT_MILLIS = 150_000;

    private static final int LARGEST_MESSAGE = 2048;
    private static final int LONGEST_NAME = 32;
    private static final int SHORTEST_KEY = 16;
    private static final int MOST_UNREAD = 200;

    @Resource
    private SipSessionsUtil sessions;

    @Resource
    private ManagedExecutorService executor;

    private final AtomicInteger unread = new AtomicInteger();
    private Session connection;
    private @Nullable SipApplicationSession guest;

    @OnOpen
    public void open(Session opened) {
        connection = opened;
        connection.setMaxIdleTimeout(SILENT_MILLIS);
        if (SameSite.isForeign(connection.getUserProperties())) {
            closes();
        }
    }

    @OnMessage(maxMessageSize = LARGEST_MESSAGE)
    public void message(String message) {
        SipApplicationSession its = guest;
        if (its != null) {
            says(its, message);
        } else if (!message.isEmpty()) {
            begins(message);
        }
    }

    /** Behind a security-constraint the name is the user's, and whoever is the user has the key. */
    private void begins(String message) {
        int line = message.indexOf('\n');
        Principal user = connection.getUserPrincipal();
        String name = user != null
                ? user.getName()
                : line < 0 ? "" : message.substring(0, line).strip();
        String key = user != null ? "user " + name : message.substring(line + 1);
        if (!isName(name) || (key.length() < SHORTEST_KEY && user == null)) {
            shows("refused", "a name has letters, digits, - and _, " + LONGEST_NAME + " at most");
            closes();
            return;
        }
        SipApplicationSession its = sessions.getApplicationSessionByKey(ChatServlet.key(name), true);
        guest = its;
        inTurn(its, () -> ChatServlet.guest(its).opens(this, name, key));
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean fits = letter || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!fits) {
                return false;
            }
        }
        return !name.isEmpty() && name.length() <= LONGEST_NAME;
    }

    private void says(SipApplicationSession its, String message) {
        int first = message.indexOf('\n');
        int second = message.indexOf('\n', first + 1);
        if (first < 0 || second < 0) {
            return; // a sign of life
        }
        Guest.Outgoing outgoing = new Guest.Outgoing(
                this,
                message.substring(0, first),
                message.substring(first + 1, second).strip(),
                message.substring(second + 1));
        inTurn(its, () -> ChatServlet.guest(its).says(outgoing));
    }

    @OnClose
    public void close() {
        SipApplicationSession its = guest;
        if (its != null) {
            inTurn(its, () -> ChatServlet.guest(its).closes(this));
        }
    }

    @OnError
    public void failed(Throwable thrown) {
        log.debug("the connection to a page has failed", thrown); // and is closed
    }

    private void inTurn(SipApplicationSession its, Runnable task) {
        try {
            executor.execute(ChatServlet.in(its.getId(), task));
        } catch (RejectedExecutionException e) {
            log.debug("the session of a page has ended, or too much waits for it", e);
            closes();
        }
    }

    // ---- to the page

    @Override
    public void shows(String... lines) {
        if (unread.incrementAndGet() > MOST_UNREAD) {
            closes(); // it does not read
            return;
        }
        connection.getAsyncRemote().sendText(String.join("\n", lines), result -> {
            unread.decrementAndGet();
            if (!result.isOK()) {
                closes();
            }
        });
    }

    @Override
    public void closes() {
        try {
            connection.close(new CloseReason(CloseReason.CloseCodes.VIOLATED_POLICY, ""));
        } catch (IOException e) {
            log.debug("the connection to a page was closed already", e);
        }
    }
}
