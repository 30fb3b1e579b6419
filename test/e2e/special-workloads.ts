import type { Workload } from './workloads.ts';

export const nodesNamespace = 'network-mapper-e2e-nodes';
export const kindsNamespace = 'network-mapper-e2e-kinds';

/** A client and a server on each node, whose packets no other node sees. */
export function callsOnNodes(nodes: readonly string[]) {
  return {
    workloads: nodes.flatMap((node): readonly Workload[] => [
      { name: `server-${node}`, node, servicePort: 80 },
      { name: `client-${node}`, node, calls: [`server-${node}:80`] },
    ]),
    calls: nodes.map(node => ({ node, call: `client-${node} > server-${node}` })),
  };
}

/** Calls between pods that are not of the plain kind. */
export function callsByKind(nodes: readonly string[]) {
  const workloads: readonly Workload[] = [
    { name: 'echo', servicePort: 80 },
    { name: 'store', kind: 'StatefulSet', servicePort: 8080, headless: true },
    { name: 'reader', calls: ['store-0.store:8080'] },
    // Which pod a process of a node's network belongs to is known by its open sockets, so this one keeps its
    // connection; and with the sniffer's two capabilities only the sockets of root's processes can be distinguished, as
    // agents on nodes mostly are.
    { name: 'host-agent', hostNetwork: true, asRoot: true, keepAlive: true, calls: [`echo.${kindsNamespace}:80`] },
    { name: 'far-client', node: nodes.at(-1) ?? '', calls: ['far-server:80'] },
    { name: 'far-server', node: nodes[0] ?? '', servicePort: 80 },
  ];
  return {
    workloads,
    calls: [
      { title: 'a pod of a StatefulSet by its own name', call: 'reader > store' },
      { title: 'a pod in the network of its node', call: 'host-agent > echo' },
      { title: 'traffic from node to node', call: 'far-client > far-server' },
    ],
  };
}

export const shortLived = {
  workload: { name: 'burst', kind: 'Job', calls: [`echo:80`], lifetime: 5 } satisfies Workload,
  call: 'burst > echo',
};
