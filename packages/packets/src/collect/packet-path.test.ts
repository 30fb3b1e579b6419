import { ReasonCounts } from '@network-mapper/model';
import { expect, test } from 'vitest';
import { linkTypes } from '../decode/link.ts';
import type { Packet } from '../decode/packet.ts';
import type { PacketCollector } from './collector.ts';
import { PacketPath } from './packet-path.ts';

/** A new kind of evidence: who sends to a port. */
class PortWatch implements PacketCollector {
  readonly filters: readonly string[];
  readonly senders: number[] = [];
  #due = false;

  readonly port: number;

  constructor(port: number) {
    this.port = port;
    this.filters = [`udp dst port ${port}`];
  }

  observe(packet: Packet): void {
    if (packet.destinationPort === this.port) this.senders.push(packet.sourcePort);
    this.#due = true;
  }

  emitDue(): boolean {
    const due = this.#due;
    this.#due = false;
    return due;
  }
}

/** A UDP datagram from one port to another. */
function datagram(ports: string): Buffer {
  return Buffer.from(`4500001c00000000401100000101010102020202${ports}00080000`, 'hex');
}

test('a new kind of evidence says which packets it needs, and gets all that were decoded', () => {
  const [syslog, ntp] = [new PortWatch(514), new PortWatch(123)];
  const path = new PacketPath({ collectors: [syslog, ntp], undecodable: new ReasonCounts() });
  expect(path.filter).toBe('(udp dst port 514) or (udp dst port 123)');
  for (const ports of ['00070202', '0008007b', 'ff']) {
    const bytes = datagram(ports);
    path.consume({ bytes, start: 0, end: bytes.length, wireLength: bytes.length, time: 1 }, linkTypes.raw);
  }
  expect([syslog.senders, ntp.senders, path.frames]).toEqual([[7], [8], 3]);
  expect([path.emitDue(2), path.emitDue(3)]).toEqual([true, false]);
});

test('without a kind of evidence no packet is asked for', () => {
  expect(new PacketPath({ collectors: [], undecodable: new ReasonCounts() }).filter).toBeUndefined();
});
