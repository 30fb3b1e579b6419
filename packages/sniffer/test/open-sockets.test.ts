import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { NodeNetwork, type Pod } from './node-network.ts';
import { PodControlGroup } from './pod-control-group.ts';
import { drainingServer, tcpClient, tcpServer, udpClient } from './programs.ts';
import { missingForNamespaces } from './requirements.ts';
import { RecordingMapper, SnifferProcess } from './sniffer-process.ts';

const missing = missingForNamespaces([]);
if (missing !== undefined) console.warn(`tests with real sockets are left out: ${missing}`);

const podUid = '721b106f-cc37-4e38-946b-ee3baa452643';
const hostPodUid = '11111111-cc37-4e38-946b-ee3baa452643';
const otherHostPodUid = '22222222-cc37-4e38-946b-ee3baa452643';

describe.skipIf(missing !== undefined)('connections that were open before the sniffer started', () => {
  let network: NodeNetwork;
  let mapper: RecordingMapper;
  let client: Pod;
  let server: Pod;
  const groups: PodControlGroup[] = [];

  const inPod = (uid: string): { readonly before: readonly string[] } => {
    const group = new PodControlGroup(uid);
    groups.push(group);
    return { before: group.command };
  };

  beforeAll(async () => {
    network = new NodeNetwork('routed');
    [client, server] = [network.addPod(), network.addPod()];
    const { node, nodeIp } = network;
    await network.startReady(server.namespace, tcpServer(6379));
    await network.startReady(client.namespace, tcpClient({ ip: server.ip, port: 6379 }), {
      ...inPod(podUid),
      env: { HOSTNAME: 'web-0' },
    });
    await network.startReady(client.namespace, tcpClient({ ip: server.ip6, port: 6379 }));
    await network.startReady(client.namespace, udpClient({ ip: server.ip, port: 8125 }));
    await network.startReady(client.namespace, udpClient({ ip: server.ip, port: 53 }));
    // Two pods and a service of the node share the node's network namespace.
    await network.startReady(node, tcpServer(9100), inPod(hostPodUid));
    await network.startReady(node, tcpClient({ ip: server.ip, port: 6379 }), inPod(otherHostPodUid));
    await network.startReady(server.namespace, tcpClient({ ip: nodeIp, port: 9100 }));
    const draining = network.start(server.namespace, drainingServer(9000, 2));
    let printed = '';
    draining.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    await vi.waitFor(() => expect(printed).toMatch(/ready/), 60_000);
    for (let connection = 0; connection < 2; connection++)
      await network.startReady(client.namespace, tcpClient({ ip: server.ip, port: 9000 }));
    await vi.waitFor(() => expect(printed).toMatch(/draining/), 60_000);
    mapper = await RecordingMapper.start(network);
    await SnifferProcess.start(network, { env: { OTTERIZE_ENABLE_DNS: 'false', OTTERIZE_ENABLE_TCP: 'false' } });
  });

  afterAll(async () => {
    await network.dispose();
    for (const group of groups) group.dispose();
  });

  test('are reported with the client’s hostname and the UID of its pod', async () => {
    const call = await mapper.call('socket', { srcIp: client.ip, destination: server.ip, destinationPort: 6379 });
    expect(call).toMatchObject({ srcHostname: 'web-0', srcPodUid: podUid, protocol: 'TCP', accepted: true, TTL: null });
    expect(call.srcPorts).toHaveLength(1);
    expect(call.srcPorts?.[0]).not.toBe(6379);
  });

  test('are reported over IPv6', async () => {
    await mapper.call('socket', { srcIp: client.ip6, destination: server.ip6, destinationPort: 6379 });
  });

  test('are reported from the client’s side only', async () => {
    await mapper.call('socket', { srcIp: client.ip, destination: server.ip });
    expect(
      mapper.calls('socket').some(({ srcIp, destination }) => srcIp === server.ip && destination === client.ip),
    ).toBe(false);
  });

  test('are reported from the client’s side only, also where the server has closed its listener since', async () => {
    await mapper.call('socket', { srcIp: client.ip, destination: server.ip, destinationPort: 9000 });
    expect(mapper.calls('socket').filter(({ destination }) => destination === client.ip)).toEqual([]);
  });

  test('are reported for connected UDP sockets, but for those to a DNS server', async () => {
    await mapper.call('socket', { srcIp: client.ip, destination: server.ip, destinationPort: 8125, protocol: 'UDP' });
    expect(mapper.calls('socket').some(({ destinationPort }) => destinationPort === 53)).toBe(false);
  });

  test('are reported with the pod that holds them, where pods share the node’s address', async () => {
    await mapper.call('socket', { srcPodUid: otherHostPodUid, destination: server.ip, destinationPort: 6379 });
  });

  test('are reported with the pod that they reach, where pods share the node’s address', async () => {
    await mapper.call('socket', {
      srcIp: server.ip,
      destination: network.nodeIp,
      destinationPort: 9100,
      destinationPodUid: hostPodUid,
    });
  });
});
