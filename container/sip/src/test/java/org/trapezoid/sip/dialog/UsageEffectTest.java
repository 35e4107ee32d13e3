// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Uri;

class UsageEffectTest {

    private static UsageEffect of(String method, int status) {
        var request = Request.builder(Method.of(method), Uri.parse("sip:bob@biloxi.com"))
                .add(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1")
                .add(HeaderName.FROM, "<sip:alice@atlanta.com>;tag=1")
                .add(HeaderName.TO, "<sip:bob@biloxi.com>;tag=2")
                .add(HeaderName.CALL_ID, "a84b4c76e66710")
                .add(HeaderName.CSEQ, "2 " + method)
                .build();
        return UsageEffect.of(Response.to(request, status).build());
    }

    @ParameterizedTest
    @CsvSource({
        "INVITE, 408, USAGE", "INVITE, 481, USAGE", "INFO, 481, USAGE", "SUBSCRIBE, 481, USAGE", "BYE, 408, USAGE",
        "INVITE, 480, NONE", "INVITE, 486, NONE", "INVITE, 488, NONE", "INVITE, 491, NONE", "INVITE, 503, NONE",
        "INVITE, 401, NONE", "UPDATE, 500, NONE"
    })
    @Rfc(value = 3261, section = "12.2.1.2")
    @Rfc(value = 5057, section = "5.1")
    @Checklist("D8")
    void noAnswerAndAnUnknownDialogEndTheUsageOfTheRequest(String method, int status, UsageEffect effect) {
        assertThat(of(method, status)).isEqualTo(effect);
    }

    @ParameterizedTest
    @CsvSource({
        "SUBSCRIBE, 405, USAGE", "SUBSCRIBE, 480, USAGE", "SUBSCRIBE, 489, USAGE", "NOTIFY, 501, USAGE",
        "SUBSCRIBE, 500, NONE", "SUBSCRIBE, 423, NONE", "INFO, 405, NONE", "MESSAGE, 501, NONE"
    })
    @Rfc(value = 6665, section = "4.1.2.2")
    void aRefusedRefreshEndsTheSubscription(String method, int status, UsageEffect effect) {
        assertThat(of(method, status)).isEqualTo(effect);
    }

    @ParameterizedTest
    @CsvSource({
        "INVITE, 404, DIALOG",
        "NOTIFY, 410, DIALOG",
        "SUBSCRIBE, 604, DIALOG",
        "UPDATE, 416, DIALOG",
        "REFER, 404, NONE",
        "INFO, 404, NONE",
        "MESSAGE, 485, NONE"
    })
    @Rfc(value = 5057, section = "5.1")
    void aPeerThatIsNotThereEndsTheDialog(String method, int status, UsageEffect effect) {
        assertThat(of(method, status)).isEqualTo(effect);
    }
}
