// SPDX-License-Identifier: Apache-2.0
import { Inviter, Messager, Registerer, SessionState, UserAgent } from 'sip.js';
import { Call, Phone } from './phone.js';

const MEDIA = { constraints: { audio: true, video: false } };

class SipJsPhone extends Phone {
  async register(url, user, domain, password) {
    this.agent = new UserAgent({
      uri: UserAgent.makeURI(`sip:${user}@${domain}`),
      authorizationUsername: user,
      authorizationPassword: password,
      transportOptions: { server: url },
      logLevel: 'error',
      sessionDescriptionHandlerFactoryOptions: { peerConnectionConfiguration: { iceServers: [] } },
      delegate: {
        onInvite: (invitation) => this.answer(invitation),
        onMessage: (message) => {
          this.gets(message.request.body);
          message.accept();
        },
      },
    });
    await this.agent.start();
    await new Promise((resolve, reject) => {
      new Registerer(this.agent).register({
        requestDelegate: {
          onAccept: () => resolve(),
          onReject: ({ message }) => reject(new Error(message.statusCode)),
        },
      });
    });
  }

  watch(session, call) {
    session.delegate = { onSessionDescriptionHandler: (handler) => call.connect(handler.peerConnection) };
    session.stateChange.addListener((state) => {
      if (state === SessionState.Established) {
        call.established.happened();
      } else if (state === SessionState.Terminated) {
        call.fail('terminated');
      }
    });
    this.session = session;
  }

  answer(invitation) {
    const call = new Call();
    this.watch(invitation, call);
    this.rings(call);
    invitation.accept({ sessionDescriptionHandlerOptions: MEDIA });
  }

  startCall(uri, call) {
    const inviter = new Inviter(this.agent, UserAgent.makeURI(uri), { sessionDescriptionHandlerOptions: MEDIA });
    this.watch(inviter, call);
    inviter.invite({ requestDelegate: { onReject: ({ message }) => call.fail(message.statusCode) } });
  }

  hangUpCall() {
    this.session.bye();
  }

  sends(uri, text) {
    return new Promise((resolve, reject) => {
      new Messager(this.agent, UserAgent.makeURI(uri), text).message({
        requestDelegate: {
          onAccept: () => resolve(),
          onReject: ({ message }) => reject(new Error(message.statusCode)),
        },
      });
    });
  }
}

window.phone = new SipJsPhone();
