// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

/**
 * An initial INVITE together with one of the dialogs it makes (JSR 359). On the server side an INVITE may have
 * several, made by {@link SipServletRequest#createInviteBranch()}; on the client side there is one for each To tag.
 *
 * <pre>{@code
 * InviteBranch branch = invite.createInviteBranch();
 * branch.createResponse(SipServletResponse.SC_SESSION_PROGRESS, "Announcement").send();
 * }</pre>
 */
public interface InviteBranch extends AttributeStore {
    /** {@return the session of the dialog} */
    SipSession getSession();

    /** {@return the INVITE} */
    SipServletRequest getRequest();

    /** {@return the side of the INVITE this application is on} */
    UAMode getMode();

    /** {@return the final response of this branch, or {@code null} while there is none} */
    SipServletResponse getFinalResponse();

    /**
     * Makes a response in this dialog.
     *
     * @param statusCode 101 to 699
     * @param reasonPhrase the reason phrase; {@code null} stands for the usual one
     * @return the response, not yet sent
     * @throws IllegalArgumentException if the status code is not valid
     * @throws IllegalStateException if this is the client side or the branch has a final response
     */
    SipServletResponse createResponse(int statusCode, String reasonPhrase);
}
