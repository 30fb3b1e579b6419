import { writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import type { KubernetesApi } from '@network-mapper/testkit';
import { forward } from './forward.ts';
import type { NodeNamespaces } from './node-namespaces.ts';

// Streams pass the wall of the namespaces by Unix sockets, which any network namespace reaches.

/** Lets programs inside reach the API that listens in this process, by the file `kubeconfig` of the directory. */
export async function exposeInside(
  node: NodeNamespaces,
  { kubernetes, directory }: { readonly kubernetes: KubernetesApi; readonly directory: string },
): Promise<Server> {
  const socket = { path: join(directory, 'kubernetes.sock') };
  const { hostname, port } = new URL(kubernetes.url);
  const door = await forward({ from: socket, to: { host: hostname, port: Number(port) } });
  const inside = { host: '127.0.0.1', port: 6443 };
  await node.execute({ kind: 'forward', from: inside, to: socket });
  const kubeconfig = kubernetes.kubeconfig().replace(kubernetes.url, `http://${inside.host}:${String(inside.port)}`);
  writeFileSync(join(directory, 'kubeconfig'), kubeconfig);
  return door;
}

/** Lets this machine reach a port of the node's network, at a free port of 127.0.0.1. */
export async function exposeOutside(
  node: NodeNamespaces,
  { port, directory }: { readonly port: number; readonly directory: string },
): Promise<{ readonly door: Server; readonly url: string }> {
  const socket = { path: join(directory, `port-${String(port)}.sock`) };
  await node.execute({ kind: 'forward', from: socket, to: { host: '127.0.0.1', port } });
  const door = await forward({ from: { host: '127.0.0.1', port: 0 }, to: socket });
  const address = door.address() as AddressInfo;
  return { door, url: `http://127.0.0.1:${String(address.port)}` };
}
