// SPDX-License-Identifier: Apache-2.0
// What a phone in a page does, whatever library it is made with. A test calls its methods; the promises they return are what it waits for.

/** Something that happens at most once. */
class Event {
  constructor() {
    this.promise = new Promise((resolve, reject) => { this.happened = resolve; this.failed = reject; });
    this.promise.catch(() => {});
  }
}

/** A call from its beginning to its end. */
export class Call {
  constructor() {
    this.established = new Event();
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

  fail(cause) {
    this.established.failed(new Error(cause));
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
}

/** Subclasses talk to a library: register, startCall, hangUpCall, sendMessage. */
export class Phone {
  constructor() {
    this.texts = [];
    this.incoming = new Event();
    this.call = undefined;
  }

  rings(call) {
    this.call = call;
    this.incoming.happened();
  }

  async dials(uri) {
    this.call = new Call();
    this.startCall(uri, this.call);
    await this.call.established.promise;
  }

  /** The next call is there, and talking. */
  async talks() {
    await this.incoming.promise;
    await this.call.established.promise;
  }

  /** Waits for so many packets more than there are. */
  async hears(packets) {
    const before = await this.call.received();
    while ((await this.call.received()) < before + packets) {
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  }

  async hangsUp() {
    this.hangUpCall();
    await this.ends();
  }

  async ends() {
    await this.call.ended.promise;
    this.incoming = new Event();
  }

  gets(text) {
    this.texts.push(text);
  }

  async reads(text) {
    while (!this.texts.includes(text)) {
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  }
}
