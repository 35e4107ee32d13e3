// SPDX-License-Identifier: Apache-2.0
import { Inviter, Messager, Registerer, SessionState, UserAgent } from 'sip.js';
import { Call, Event, Phone } from './phone.js';

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
        onInvite: (invitation) => this.rings(invitation),
        onMessage: (message) => {
          this.gets(message.request.body);
          message.accept();
        },
      },
    });
    await this.agent.start();
    this.registerer = new Registerer(this.agent);
    await this.asked((options) => this.registerer.register(options));
  }

  unregister() {
    return this.asked((options) => this.registerer.unregister(options));
  }

  /** Sends a request, and waits for its answer. */
  asked(send) {
    return new Promise((resolve, reject) => {
      send({
        requestDelegate: {
          onAccept: () => resolve(),
          onReject: ({ message }) => reject(new Error(message.statusCode)),
        },
      }).catch(reject);
    });
  }

  watch(session, call) {
    session.delegate = {
      onSessionDescriptionHandler: (handler) => call.connect(handler.peerConnection),
      onRefer: async (referral) => {
        await referral.accept();
        const inviter = referral.makeInviter({ sessionDescriptionHandlerOptions: MEDIA });
        this.call = new Call();
        this.watch(inviter, this.call);
        inviter.invite();
      },
    };
    session.stateChange.addListener((state) => {
      if (state === SessionState.Established) {
        call.established.happened();
      } else if (state === SessionState.Terminated) {
        call.fail('terminated');
      }
    });
    this.session = session;
  }

  take(invitation) {
    invitation.accept({ sessionDescriptionHandlerOptions: MEDIA });
  }

  refuse(invitation, status) {
    invitation.reject({ statusCode: status });
  }

  startCall(uri, call) {
    const inviter = new Inviter(this.agent, UserAgent.makeURI(uri), { sessionDescriptionHandlerOptions: MEDIA });
    this.watch(inviter, call);
    inviter.invite({
      requestDelegate: {
        onProgress: () => call.ringing.happened(),
        onReject: ({ message }) => call.fail('rejected', message.statusCode),
      },
    });
  }

  cancelCall() {
    this.session.cancel();
  }

  hangUpCall() {
    this.session.bye();
  }

  setHold(on) {
    this.session.sessionDescriptionHandlerOptionsReInvite = { hold: on };
    return this.asked((options) => this.session.invite(options));
  }

  async refer(uri) {
    const talking = new Event();
    this.session.refer(UserAgent.makeURI(uri), {
      requestDelegate: { onReject: ({ message }) => talking.failed(new Error(message.statusCode)) },
      onNotify: (notification) => {
        notification.accept();
        const [, status] = notification.request.body.split(' ');
        if (status.startsWith('2')) talking.happened();
        else if (!status.startsWith('1')) talking.failed(new Error(status));
      },
    });
    await talking.promise;
  }

  sends(uri, text) {
    return this.asked((options) => new Messager(this.agent, UserAgent.makeURI(uri), text).message(options));
  }
}

window.phone = new SipJsPhone();
