// SPDX-License-Identifier: Apache-2.0
/** The SIP stack: messages, transports, transactions, dialogs. It knows nothing of servlets. */
module org.trapezoid.sip {
    requires java.management;
    requires java.naming;
    requires jdk.management;
    requires org.eclipse.jetty.io;
    requires transitive org.eclipse.jetty.util;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports org.trapezoid.sip.auth;
    exports org.trapezoid.sip.concurrent;
    exports org.trapezoid.sip.dialog;
    exports org.trapezoid.sip.header;
    exports org.trapezoid.sip.locate;
    exports org.trapezoid.sip.message;
    exports org.trapezoid.sip.tls;
    exports org.trapezoid.sip.transaction;
    exports org.trapezoid.sip.transport;
    exports org.trapezoid.sip.uri;
}
