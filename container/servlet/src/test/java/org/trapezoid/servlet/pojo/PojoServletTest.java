// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.pojo;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.annotation.AnyMethod;
import jakarta.servlet.sip.annotation.BranchResponse;
import jakarta.servlet.sip.annotation.ErrorResponse;
import jakarta.servlet.sip.annotation.Invite;
import jakarta.servlet.sip.annotation.Options;
import jakarta.servlet.sip.annotation.RedirectResponse;
import jakarta.servlet.sip.annotation.SipPredicate;
import jakarta.servlet.sip.annotation.SuccessResponse;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;

/** What a deployment refuses: JSR 359, methods of a POJO. */
@SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // found by their annotations
class PojoServletTest {

    private static void refused(Object pojo, String... parts) {
        assertThatThrownBy(() -> new PojoServlet(pojo))
                .isInstanceOf(ServletException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void refusesAnObjectThatTakesNothing() {
        refused(new Object(), "java.lang.Object", "does not extend SipServlet", "@Invite");
    }

    @Test
    void refusesAMethodForSomethingElseThanAMessage() {
        refused(
                new Object() {
                    @Invite
                    void invite(String request) {}
                },
                ".invite",
                "SipServletRequest");
        refused(
                new Object() {
                    @Invite
                    void invite(SipServletRequest request, String more) {}
                },
                ".invite",
                "one parameter");
        refused(
                new Object() {
                    @AnyMethod
                    void any(SipServletMessage message) {}
                },
                ".any");
    }

    @Test
    void refusesStatusCodesForRequests() {
        refused(
                new Object() {
                    @Invite
                    @SuccessResponse
                    void success(SipServletRequest request) {}
                },
                ".success",
                "SipServletResponse");
    }

    @Test
    void refusesAResult() {
        refused(
                new Object() {
                    @Invite
                    int invite(SipServletRequest request) {
                        return 200;
                    }
                },
                ".invite",
                "void");
    }

    @Test
    void refusesTwoMethodsForTheSameMessages() {
        refused(
                new Object() {
                    @Invite
                    void one(SipServletRequest request) {}

                    @Invite
                    @Options
                    void other(SipServletRequest request) {}
                },
                ".one",
                ".other",
                "more specific");
        refused(
                new Object() {
                    @AnyMethod
                    void one(SipServletResponse response) {}

                    @AnyMethod
                    void other(SipServletResponse response) {}
                },
                "more specific");
    }

    @Test
    void takesMethodsThatDifferInRank() {
        assertThatCode(() -> new PojoServlet(new Object() {
                    @Invite
                    void one(SipServletRequest request) {}

                    @AnyMethod
                    void other(SipServletRequest request) {}

                    @Invite
                    void response(SipServletResponse response) {}

                    @ErrorResponse
                    void error(SipServletResponse response) {}

                    @RedirectResponse
                    void redirect(SipServletResponse response) {}

                    @RedirectResponse
                    @BranchResponse
                    void branch(SipServletResponse response) {}
                }))
                .doesNotThrowAnyException();
    }

    /** Has no constructor that the container could call. */
    static class Strange implements jakarta.servlet.sip.Predicate<SipServletRequest> {
        Strange(String given) {}

        @Override
        public boolean apply(SipServletRequest request) {
            return true;
        }
    }

    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @SipPredicate(Strange.class)
    @interface IfStrange {}

    @Test
    void refusesAPredicateThatCannotBeMade() {
        refused(
                new Object() {
                    @IfStrange
                    void strange(SipServletRequest request) {}
                },
                ".strange",
                "Strange",
                "constructor");
    }
}
