// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.URI;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Proxies to where a directory says that the user is, or redirects there. */
public final class DirectoryProxy extends WitnessedServlet {
    private static final long serialVersionUID = 1;

    /** How it proxies. */
    public record Options(boolean recordRoute, boolean parallel, boolean supervised, boolean redirect) {
        public static final Options RECORD_ROUTE = new Options(true, true, true, false);
        public static final Options ONLY_FIRST_REQUEST = new Options(false, true, true, false);
        public static final Options SEQUENTIAL = new Options(true, false, true, false);
        public static final Options REDIRECT = new Options(false, true, true, true);
    }

    private final transient Map<String, List<String>> directory;
    private final transient Options options;

    /** @param directory the contacts of each user */
    public DirectoryProxy(String name, Witness witness, Map<String, List<String>> directory, Options options) {
        super(name, witness);
        this.directory = directory;
        this.options = options;
    }

    @Override
    protected void doRequest(SipServletRequest req) throws ServletException, IOException {
        super.doRequest(req);
        if (!req.isInitial()
                || req.getMethod().equals("CANCEL")
                || req.getMethod().equals("ACK")) {
            return;
        }
        String user = user(req);
        List<URI> targets = new ArrayList<>();
        for (String contact : directory.getOrDefault(user, List.of())) {
            targets.add(uri(contact));
        }
        if (targets.isEmpty()) {
            req.createResponse(404).send();
        } else if (options.redirect) {
            var moved = req.createResponse(302);
            for (URI target : targets) {
                moved.addAddressHeader("Contact", factory().createAddress(target), false);
            }
            moved.send();
        } else {
            Proxy proxy = req.getProxy();
            proxy.setRecordRoute(options.recordRoute);
            proxy.setParallel(options.parallel);
            proxy.setSupervised(options.supervised);
            proxy.proxyTo(targets);
        }
    }
}
