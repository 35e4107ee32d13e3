// SPDX-License-Identifier: Apache-2.0
import { UA, WebSocketInterface } from 'jssip';
import { Call, Phone } from './phone.js';

const MEDIA = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } };

class JsSipPhone extends Phone {
  register(url, user, domain, password) {
    this.ua = new UA({
      sockets: [new WebSocketInterface(url)],
      uri: `sip:${user}@${domain}`,
      authorization_user: user,
      password,
      register: true,
      session_timers: false,
    });
    this.ua.on('newRTCSession', ({ originator, session }) => {
      if (originator === 'remote') this.answer(session);
    });
    this.ua.on('newMessage', ({ originator, request }) => {
      if (originator === 'remote') this.gets(request.body);
    });
    return new Promise((resolve, reject) => {
      this.ua.on('registered', () => resolve());
      this.ua.on('registrationFailed', ({ cause }) => reject(new Error(cause)));
      this.ua.start();
    });
  }

  watch(session, call) {
    session.on('peerconnection', ({ peerconnection }) => call.connect(peerconnection));
    session.on('confirmed', () => call.established.happened());
    session.on('ended', ({ cause }) => call.ended.happened(cause));
    session.on('failed', ({ cause }) => call.fail(cause));
    this.session = session;
  }

  answer(session) {
    const call = new Call();
    this.watch(session, call);
    this.rings(call);
    session.answer(MEDIA);
  }

  startCall(uri, call) {
    const session = this.ua.call(uri, MEDIA);
    this.watch(session, call);
    if (session.connection) call.connect(session.connection);
  }

  hangUpCall() {
    this.session.terminate();
  }

  sends(uri, text) {
    return new Promise((resolve, reject) => {
      this.ua.sendMessage(uri, text, {
        eventHandlers: { succeeded: () => resolve(), failed: ({ cause }) => reject(new Error(cause)) },
      });
    });
  }
}

window.phone = new JsSipPhone();
