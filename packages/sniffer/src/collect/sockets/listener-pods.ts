import { networkInterfaces } from 'node:os';
import { normalAddress, type Sighting } from '@network-mapper/model';
import type { Listener } from './namespace-sockets.ts';

/**
 * The pods behind the node's own addresses: of several pods that share the node's address, the one whose process
 * listens on the port.
 */
export class ListenerPods {
  #pods: ReadonlyMap<string, string> = new Map();
  #addresses: ReadonlySet<string> = new Set();

  /** What listens now in the network namespace that pods share with the node. */
  replace(listeners: readonly (Listener & { readonly podUid: string })[]): void {
    this.#pods = new Map(listeners.map(({ protocol, port, podUid }) => [`${protocol} ${port}`, podUid]));
    const interfaces = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? []);
    this.#addresses = new Set(interfaces.map(({ address }) => normalAddress(address) ?? address));
  }

  /** The sighting with the pod that it reached, when that is known. */
  withServerPod(sighting: Sighting): Sighting {
    const { server, detail } = sighting;
    if (server.kind !== 'address' || detail.kind !== 'connection') return sighting;
    const { ip, port } = server.reached ?? server;
    if (port === undefined || !this.#addresses.has(ip)) return sighting;
    const podUid = this.#pods.get(`${detail.protocol ?? 'TCP'} ${port}`);
    return podUid === undefined ? sighting : { ...sighting, server: { ...server, podUid } };
  }
}
