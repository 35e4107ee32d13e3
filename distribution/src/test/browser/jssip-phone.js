// SPDX-License-Identifier: Apache-2.0
import { UA, WebSocketInterface } from 'jssip';
import { Call, Event, Phone, until } from './phone.js';

const MEDIA = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } };

class JsSipPhone extends Phone {
  /** At the first server that is there; when its connection ends, at the next one. */
  register(urls, user, domain, password) {
    this.ua = new UA({
      sockets: urls.split(' ').map((url, i) => ({ socket: new WebSocketInterface(url), weight: -i })),
      uri: `sip:${user}@${domain}`,
      authorization_user: user,
      password,
      register: true,
      session_timers: false,
    });
    this.ua.on('newRTCSession', ({ originator, session }) => {
      if (originator === 'remote') this.rings(session);
    });
    this.ua.on('disconnected', () => { this.again = new Event(); });
    this.ua.on('registered', () => this.again?.happened());
    this.ua.on('newMessage', ({ originator, request }) => {
      if (originator === 'remote') this.gets(request.body);
    });
    return new Promise((resolve, reject) => {
      this.ua.on('registered', () => resolve());
      this.ua.on('registrationFailed', ({ cause }) => reject(new Error(cause)));
      this.ua.start();
    });
  }

  async registersAgain() {
    await until(() => this.again);
    await this.again.promise;
    return this.ua.transport.url;
  }

  unregister() {
    return new Promise((resolve, reject) => {
      this.ua.on('unregistered', ({ cause }) => (cause ? reject(new Error(cause)) : resolve()));
      this.ua.unregister();
    });
  }

  watch(session, call) {
    if (session.connection) call.connect(session.connection);
    else session.on('peerconnection', ({ peerconnection }) => call.connect(peerconnection));
    session.on('progress', () => call.ringing.happened());
    session.on('confirmed', () => call.established.happened());
    session.on('ended', ({ originator, cause }) => call.ended.happened(`${cause}, ${originator}`));
    session.on('failed', ({ cause, message }) => call.fail(cause, message?.status_code));
    session.on('refer', ({ accept }) => {
      accept((other) => {
        this.call = new Call();
        this.watch(other, this.call);
      }, MEDIA);
    });
    this.session = session;
  }

  take(session) {
    session.answer(MEDIA);
  }

  refuse(session, status) {
    session.terminate({ status_code: status });
  }

  startCall(uri, call) {
    this.watch(this.ua.call(uri, MEDIA), call);
  }

  cancelCall() {
    this.session.terminate();
  }

  hangUpCall() {
    this.session.terminate();
  }

  async setHold(on) {
    await until(() => this.session.isReadyToReOffer());
    await new Promise((resolve) => {
      if (on) this.session.hold({}, resolve);
      else this.session.unhold({}, resolve);
    });
  }

  async refer(uri) {
    const talking = new Event();
    this.session.refer(uri, {
      eventHandlers: {
        requestFailed: ({ cause }) => talking.failed(new Error(cause)),
        accepted: () => talking.happened(),
        failed: ({ status_line: line }) => talking.failed(new Error(line.reason_phrase)),
      },
    });
    await talking.promise;
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
