// SPDX-License-Identifier: Apache-2.0
// What a phone in a page does, whatever library it is made with. A test calls its methods; the promises they return are what it waits for.

/** Something that happens at most once. */
export class Event {
  constructor() {
    this.promise = new Promise((resolve, reject) => { this.happened = resolve; this.failed = reject; });
    this.promise.catch(() => {});
  }
}

/** Looks again and again. */
export async function until(condition) {
  while (!(await condition())) {
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

/** A call from its beginning to its end. */
export class Call {
  constructor() {
    this.ringing = new Event();
    this.established = new Event();
    this.refused = new Event(); // with the status
    this.ended = new Event();
    this.connection = undefined;
  }

  /** Plays what the other one says: a track that nobody consumes need not be decoded. */
  connect(connection) {
    this.connection = connection;
    connection.addEventListener('track', ({ track }) => {
      const audio = document.createElement('audio');
      audio.srcObject = new MediaStream([track]);
      audio.autoplay = true;
      document.body.append(audio);
    });
  }

  fail(cause, status) {
    this.established.failed(new Error(cause));
    if (status) this.refused.happened(status);
    this.ended.happened(cause);
  }

  /** Sound packets received so far. */
  async received() {
    let packets = 0;
    for (const report of (await this.connection.getStats()).values()) {
      if (report.type === 'inbound-rtp' && report.kind === 'audio') packets += report.packetsReceived;
    }
    return packets;
  }

  /** What the other one said last of the way its sound goes, RFC 3264 §5.1. */
  direction() {
    const description = this.connection.remoteDescription;
    return /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(description.sdp)[1];
  }
}

/**
 * Subclasses talk to a library: register, registersAgain, unregister, watch(session, call), startCall(uri, call), take(session),
 * refuse(session, status), cancelCall, hangUpCall, setHold(on), refer(uri), sends(uri, text).
 */
export class Phone {
  constructor() {
    this.texts = [];
    this.incoming = new Event();
    this.call = undefined;
    this.next = 'take';
  }

  /** What becomes of the next call from outside; any is taken at once otherwise: "ring", or a status. */
  willNext(what) {
    this.next = what;
  }

  /** The library has a call from outside. */
  rings(session) {
    const what = this.next;
    this.next = 'take';
    if (typeof what === 'number') {
      this.refuse(session, what);
      return;
    }
    this.call = new Call();
    this.watch(session, this.call);
    if (what === 'take') this.take(session);
    this.incoming.happened();
  }

  /** The next call is there. */
  async isCalled() {
    await this.incoming.promise;
    this.incoming = new Event();
  }

  /** Calls, and waits for nothing. */
  calls(uri) {
    this.call = new Call();
    this.startCall(uri, this.call);
  }

  async dials(uri) {
    this.calls(uri);
    await this.call.established.promise;
  }

  /** The other one is told. */
  async hearsItRing() {
    await this.call.ringing.promise;
  }

  /** The status of the answer. */
  async isRefused() {
    const status = await this.call.refused.promise;
    await this.call.ended.promise;
    return status;
  }

  async cancels() {
    this.cancelCall();
    await this.call.ended.promise;
  }

  /** The next call is there, and talking. */
  async talks() {
    await this.isCalled();
    await this.call.established.promise;
  }

  /** Waits for so many packets more than there are. */
  async hears(packets) {
    const before = await this.call.received();
    await until(async () => (await this.call.received()) >= before + packets);
  }

  async holds() {
    await this.setHold(true);
  }

  async resumes() {
    await this.setHold(false);
  }

  /** The other one does not want to hear anything. */
  async isHeld() {
    await until(() => ['sendonly', 'inactive'].includes(this.call.direction()));
  }

  async isResumed() {
    await until(() => this.call.direction() === 'sendrecv');
  }

  /** Sends the other one to somebody else, and waits until they talk (RFC 5589). */
  async transfers(uri) {
    await this.refer(uri);
  }

  async hangsUp() {
    this.hangUpCall();
    await this.ends();
  }

  /** With why, as the library says it. */
  async ends() {
    return this.call.ended.promise;
  }

  gets(text) {
    this.texts.push(text);
  }

  async reads(text) {
    await until(() => this.texts.includes(text));
  }
}
