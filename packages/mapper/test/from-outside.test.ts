import { node, service } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { report } from './reports.ts';
import { namespace, startSmallCluster } from './small-cluster.ts';

const from = '198.51.100.9';
const seen = [
  ['a node port (externalTrafficPolicy: Local)', '192.168.7.1', 30080, 30080],
  ['the address of a load balancer', '203.0.113.5', 443, 443],
  ['a hostPort', '192.168.7.1', 9443, 9443],
] as const;

test.each(seen)(
  'a client outside that comes through %s is incoming traffic of the pod that was reached',
  async (_, called, port, shown) => {
    await using cluster = await startSmallCluster();
    const edge = service({
      name: 'edge',
      namespace,
      type: 'NodePort',
      clusterIp: '10.96.0.5',
      selector: { app: 'cart' },
      ports: [{ port: 80 }],
    });
    const balancer = service({
      name: 'public',
      namespace,
      type: 'LoadBalancer',
      clusterIp: '10.96.0.4',
      selector: { app: 'cart' },
      ports: [{ port: 443 }],
    });
    await cluster.put(
      node({ name: 'n1', ips: ['192.168.7.1'] }),
      {
        ...edge,
        spec: { ...(edge.spec as object), ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }] },
      },
      { ...balancer, status: { loadBalancer: { ingress: [{ ip: '203.0.113.5' }] } } },
    );
    await report(cluster.running, 'tcp', {
      srcIp: from,
      destinations: [{ destination: called, destinationIP: '10.0.0.2', destinationPort: port }],
    });
    const { body } = await cluster.running.ask('{ incomingTraffic { nodes { server { name } address ports } } }');
    expect(body.data?.incomingTraffic).toEqual({
      nodes: [{ server: { name: 'cart' }, address: from, ports: [shown] }],
    });
  },
);
