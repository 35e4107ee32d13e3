// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

public interface InviteBranch extends AttributeStore {
    SipSession getSession();

    SipServletRequest getRequest();

    UAMode getMode();

    SipServletResponse getFinalResponse();

    SipServletResponse createResponse(int statusCode, String reasonPhrase);
}
