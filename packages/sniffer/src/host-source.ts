import { networkInterfaces } from 'node:os';
import { decodePacket, isUndecodable, sentSynFilter, type FrameConsumer } from '@network-mapper/packets';
import { PcapError, SockDiag } from '@network-mapper/pcap';
import type { Source } from '@network-mapper/reporting';
import { aborted, pause, type Logger } from '@network-mapper/runtime';
import { LiveSource } from './capture/live-source.ts';
import { HostCallers } from './collect/sockets/host-callers.ts';
import type { SnifferConfig } from './options.ts';
import type { ControlGroups } from './procfs/control-groups.ts';

export interface HostSourceParts {
  readonly config: SnifferConfig;
  readonly logger: Logger;
  readonly groups: ControlGroups;
  readonly sockets: SockDiag;
}

export interface HostSource extends Source {
  readonly callers: HostCallers;
}

/** Milliseconds between two looks whether the node has other addresses. */
const lookAgain = 10_000;
/** Addresses that are looked for at most; a node has some. */
const mostAddresses = 32;

/**
 * The SYNs that processes of the node send, each at once: a connection that is open for a millisecond is a socket for
 * no longer. It has no sightings of its own: the collector of TCP connections asks it who called.
 */
export function openHostSource({ config, logger, groups, sockets }: HostSourceParts): HostSource {
  const callers = new HostCallers({ sockets, groups, share: config.scanShare / 100 });
  const consume: FrameConsumer = (frame, linkType) => {
    const packet = decodePacket(frame, linkType);
    if (!isUndecodable(packet) && packet.kind === 'tcp' && packet.syn && !packet.ack) callers.observe(packet);
  };
  return {
    name: 'the capture of the node’s own calls',
    callers,
    run: async signal => {
      while (!signal.aborted) {
        const addresses = ownAddresses();
        const ended = new AbortController();
        const capture = open({ device: config.device, filter: sentSynFilter(addresses), consume, logger });
        if (capture === undefined) return aborted(signal);
        const capturing = capture.run(AbortSignal.any([signal, ended.signal]));
        while (await pause(lookAgain, signal)) if (ownAddresses().join() !== addresses.join()) break;
        ended.abort();
        await capturing;
      }
    },
  };
}

interface OpenOptions {
  readonly device: string;
  readonly filter: string;
  readonly consume: FrameConsumer;
  readonly logger: Logger;
}

/** Undefined where no packets can be captured, which the source of packets says. */
function open(options: OpenOptions): LiveSource | undefined {
  try {
    return new LiveSource({ ...options, atOnce: true });
  } catch (error) {
    if (!(error instanceof PcapError)) throw error;
    options.logger.debug({ error }, 'The callers on the host network are not known');
    return undefined;
  }
}

/**
 * Addresses that the node's processes send from, also those of the loopback interface that are none; those of a link
 * lead to no pod.
 */
function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? []);
  const sending = all.filter(({ address }) => !/^(127\.|::1$|fe80:|169\.254\.)/.test(address));
  return [...new Set(sending.map(({ address }) => address))].sort().slice(0, mostAddresses);
}
