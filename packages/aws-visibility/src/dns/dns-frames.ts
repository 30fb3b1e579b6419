/** DNS messages in a stream: each after its length in two bytes (RFC 1035 §4.2.2). */
export class DnsFrames {
  #kept: Buffer = Buffer.alloc(0);

  /** The messages that are whole now. */
  push(bytes: Buffer): readonly Buffer[] {
    let rest = Buffer.concat([this.#kept, bytes]);
    const messages: Buffer[] = [];
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const end = 2 + rest.readUInt16BE(0);
      if (end > 2 + 12) messages.push(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
    this.#kept = rest;
    return messages;
  }

  frame(message: Buffer): Buffer {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    return Buffer.concat([length, message]);
  }
}
