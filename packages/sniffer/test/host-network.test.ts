import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NodeNetwork, type Pod } from './node-network.ts';
import { PodControlGroup, unifiedHierarchy } from './pod-control-group.ts';
import { httpServer } from './programs.ts';
import { missingForNamespaces } from './requirements.ts';
import { RecordingMapper, SnifferProcess } from './sniffer-process.ts';

const missing =
  missingForNamespaces(['curl', 'nft']) ??
  (unifiedHierarchy === undefined ? 'no control groups of version 2 are mounted' : undefined);
if (missing !== undefined) console.warn(`tests of short calls on the host network are left out: ${missing}`);

/**
 * Milliseconds: shorter than the time between two scans, long enough for a sniffer that waits for its turn on a busy
 * machine.
 */
const callTakes = 1000;
const podUid = '33333333-cc37-4e38-946b-ee3baa452643';

describe.skipIf(missing !== undefined).each(['bridge', 'routed'] as const)(
  'short calls of a pod on the host network, %s layout',
  layout => {
    let network: NodeNetwork;
    let mapper: RecordingMapper;
    let server: Pod;
    let group: PodControlGroup;

    beforeAll(async () => {
      network = new NodeNetwork(layout);
      server = network.addPod();
      group = new PodControlGroup(podUid, unifiedHierarchy);
      await network.startReady(server.namespace, httpServer(8080, callTakes));
      await network.startReady(server.namespace, httpServer(8081, callTakes));
      const translate = `add table ip own; add chain ip own output { type nat hook output priority -100; };
        add rule ip own output ip daddr 10.96.14.7 tcp dport 80 dnat to ${server.ip}:8081`;
      await network.run(network.node, ['nft', translate]);
      network.ip(network.node, 'route add 10.96.0.0/16 dev uplink');
      mapper = await RecordingMapper.start(network);
      // No scan: what is known of the caller comes with its SYN.
      await SnifferProcess.start(network, { env: { OTTERIZE_ENABLE_SOCKET_SCANNER: 'false' } });
    });

    afterAll(async () => {
      await network.dispose();
      group.dispose();
    });

    const call = async (url: string, inPod: boolean): Promise<void> => {
      const curl = network.start(network.node, ['curl', '-s', '-m', '30', '-o', '/dev/null', url], {
        before: inPod ? group.command : [],
      });
      await new Promise(resolve => curl.once('close', resolve));
    };

    test('are reported with its UID', async () => {
      await call(`http://${server.ip}:8080/`, true);
      await mapper.call('tcp', { srcPodUid: podUid, destination: server.ip, destinationPort: 8080, accepted: true });
    });

    test.skipIf(layout === 'routed')('are reported with its UID over IPv6', async () => {
      await call(`http://[${server.ip6}]:8080/`, true);
      await mapper.call('tcp', { srcPodUid: podUid, destination: server.ip6, destinationPort: 8080 });
    });

    test('are reported with its UID through a Service, whose address no interface sees', async () => {
      await call('http://10.96.14.7/', true);
      await mapper.call('tcp', { srcPodUid: podUid, destination: server.ip, destinationPort: 8081, accepted: true });
    });

    test('of the node itself are reported without', async () => {
      await call(`http://${server.ip}:8080/`, false);
      const seen = await mapper.call('tcp', { srcPodUid: undefined, destination: server.ip, destinationPort: 8080 });
      expect(seen.srcIp).not.toBe('');
    });
  },
);
