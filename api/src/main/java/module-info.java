// SPDX-License-Identifier: Apache-2.0
/**
 * The SIP Servlet API in the {@code jakarta} namespace (JSR 116, JSR 289 and JSR 359), and the few extensions of Trapezoid
 * that applications may use.
 */
module org.trapezoid.api {
    requires transitive jakarta.servlet;
    requires static jakarta.cdi;
    requires static org.jspecify;

    exports jakarta.servlet.sip;
    exports jakarta.servlet.sip.annotation;
    exports jakarta.servlet.sip.annotation.security;
    exports jakarta.servlet.sip.ar;
    exports jakarta.servlet.sip.ar.spi;
    exports org.trapezoid.api;
}
