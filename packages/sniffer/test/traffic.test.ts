import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { NodeNetwork, type Layout, type Pod } from './node-network.ts';
import { httpServer } from './programs.ts';
import { missingForNamespaces } from './requirements.ts';
import { RecordingMapper, SnifferProcess } from './sniffer-process.ts';

const missing = missingForNamespaces(['dig', 'dnsmasq', 'curl']);
if (missing !== undefined) console.warn(`tests with real traffic are left out: ${missing}`);

/** A DNS server with a few names; `many.example` has more addresses than a UDP answer takes. */
const dnsServer: readonly string[] = [
  'dnsmasq',
  '--keep-in-foreground',
  '--conf-file=/dev/null',
  '--no-resolv',
  '--no-hosts',
  '--log-facility=-',
  '--log-debug',
  '--user=root',
  '--pid-file=',
  '--local=/example/',
  '--local-ttl=30',
  '--host-record=cart.example,10.96.14.2,fd77:96::2',
  '--host-record=edge.example,198.51.100.7',
  '--cname=cdn.example,edge.example',
  '--cname=www.example,cdn.example',
  ...Array.from({ length: 120 }, (_, index) => `--address=/many.example/10.99.0.${index}`),
];

/** Starts the DNS server and waits until it answers: `dig` does not try again where nobody listens. */
async function startDnsServer(network: NodeNetwork, { namespace }: Pod): Promise<void> {
  network.start(namespace, dnsServer);
  await vi.waitFor(
    async () => expect(await network.run(namespace, ['dig', '+short', '@127.0.0.1', 'edge.example'])).toContain('198.'),
    60_000,
  );
}

describe.skipIf(missing !== undefined).each<{ layout: Layout }>([{ layout: 'bridge' }, { layout: 'routed' }])(
  'on a node with a $layout layout',
  ({ layout }) => {
    let network: NodeNetwork;
    let mapper: RecordingMapper;
    let client: Pod;
    let server: Pod;
    let dns: Pod;

    beforeAll(async () => {
      network = new NodeNetwork(layout);
      [client, server, dns] = [network.addPod(), network.addPod(), network.addPod()];
      mapper = await RecordingMapper.start(network);
      await SnifferProcess.start(network);
      await network.startReady(server.namespace, httpServer(8080));
      await startDnsServer(network, dns);
    });

    afterAll(() => network.dispose());

    const dig = (...words: readonly string[]): Promise<string> =>
      network.run(client.namespace, ['dig', '+retry=5', '+time=1', ...words]);
    const curl = (url: string, pod: Pod = client): Promise<string> =>
      network.run(pod.namespace, ['curl', '-s', '-m', '30', url]);

    test('a DNS answer over UDP shows who asked for which name', async () => {
      await dig(`@${dns.ip}`, 'cart.example', 'A');
      const call = await mapper.call('dns', { srcIp: client.ip, destination: 'cart.example' });
      expect(call).toMatchObject({
        destinationIP: '10.96.14.2',
        destinationPort: null,
        TTL: 30,
        srcHostname: '',
        srcPorts: [],
      });
    });

    test('a DNS answer over IPv6, with an IPv6 address', async () => {
      await dig(`@${dns.ip6}`, 'cart.example', 'AAAA');
      await mapper.call('dns', { srcIp: client.ip6, destination: 'cart.example', destinationIP: 'fd77:96::2' });
    });

    test('a chain of aliases is reported by the name that was asked for', async () => {
      await dig(`@${dns.ip}`, 'www.example', 'A');
      await mapper.call('dns', { srcIp: client.ip, destination: 'www.example', destinationIP: '198.51.100.7' });
      expect(mapper.calls('dns').some(({ destination }) => destination === 'edge.example')).toBe(false);
    });

    test('a DNS answer over TCP, in several segments', async () => {
      await dig(`@${dns.ip}`, '+tcp', 'many.example', 'A');
      await mapper.call('dns', { srcIp: client.ip, destination: 'many.example', destinationIP: '10.99.0.119' });
      const addresses = new Set(
        mapper
          .calls('dns')
          .filter(call => call.destination === 'many.example')
          .map(call => call.destinationIP),
      );
      expect(addresses.size).toBe(120);
    });

    test('a DNS answer over TCP and IPv6', async () => {
      await dig(`@${dns.ip6}`, '+tcp', 'edge.example', 'A');
      await mapper.call('dns', { srcIp: client.ip6, destination: 'edge.example' });
    });

    test('a negative answer says nothing', async () => {
      await dig(`@${dns.ip}`, 'nothing.example', 'A');
      await dig(`@${dns.ip}`, 'edge.example', 'A');
      await mapper.call('dns', { srcIp: client.ip, destination: 'edge.example' });
      expect(mapper.calls('dns').some(({ destination }) => destination.includes('nothing'))).toBe(false);
    });

    test('a connection between pods is reported once, as accepted', async () => {
      await curl(`http://${server.ip}:8080/`);
      const like = { srcIp: client.ip, destination: server.ip, destinationPort: 8080 };
      const call = await mapper.call('tcp', like);
      expect(call).toMatchObject({ destinationIP: server.ip, protocol: 'TCP', accepted: true, connections: 1 });
      expect(call.srcPorts).toHaveLength(1);
    });

    test('a connection over IPv6', async () => {
      await curl(`http://[${server.ip6}]:8080/`);
      const call = await mapper.call('tcp', { srcIp: client.ip6, destination: server.ip6, destinationPort: 8080 });
      expect(call).toMatchObject({ accepted: true, connections: 1 });
    });

    test('an attempt that is refused is reported as such', async () => {
      await curl(`http://${server.ip}:8081/`);
      await mapper.call('tcp', { srcIp: client.ip, destination: server.ip, destinationPort: 8081, accepted: false });
    });

    test('a Service’s address is reported with the pod behind it', async () => {
      network.addService({ ip: '10.96.14.2', port: 80 }, { ip: server.ip, port: 8080 });
      expect(await curl('http://10.96.14.2/')).toBe('ok');
      const call = await mapper.call('tcp', { srcIp: client.ip, destination: '10.96.14.2', destinationPort: 80 });
      expect(call).toMatchObject({ destinationIP: server.ip, accepted: true, connections: 1 });
    });

    test('a Service’s IPv6 address is reported with the pod behind it', async () => {
      network.addService({ ip: 'fd77:96::2', port: 80 }, { ip: server.ip6, port: 8080 });
      expect(await curl('http://[fd77:96::2]/')).toBe('ok');
      const call = await mapper.call('tcp', { srcIp: client.ip6, destination: 'fd77:96::2', destinationPort: 80 });
      expect(call).toMatchObject({ destinationIP: server.ip6, accepted: true, connections: 1 });
    });

    test('a call to the outside is reported by the pod’s address, not the node’s that it is hidden behind', async () => {
      await network.startReady(network.outside.namespace, httpServer(8443));
      expect(await curl(`http://${network.outside.ip}:8443/`)).toBe('ok');
      await mapper.call('tcp', { srcIp: client.ip, destination: network.outside.ip, accepted: true, connections: 1 });
      expect(mapper.calls('tcp').some(({ srcIp }) => srcIp === '203.0.113.2')).toBe(false);
    });

    test('a DNS answer from outside is reported by the pod’s address, not the node’s', async () => {
      await startDnsServer(network, network.outside);
      await dig(`@${network.outside.ip}`, 'cdn.example', 'A');
      await mapper.call('dns', { srcIp: client.ip, destination: 'cdn.example' });
      expect(mapper.calls('dns').some(({ srcIp }) => srcIp === '203.0.113.2')).toBe(false);
    });

    test('a pod that comes later is seen, and one that goes away disturbs nothing', async () => {
      const late = network.addPod();
      expect(await curl(`http://${server.ip}:8080/`, late)).toBe('ok');
      await mapper.call('tcp', { srcIp: late.ip, destination: server.ip });
      network.removePod(late);
      const later = network.addPod();
      expect(await curl(`http://${server.ip}:8080/`, later)).toBe('ok');
      await mapper.call('tcp', { srcIp: later.ip, destination: server.ip });
    });

    test('the host’s own calls to a pod are seen', async () => {
      await network.run(network.node, ['curl', '-s', '-m', '30', `http://${server.ip}:8080/`]);
      await mapper.call('tcp', { srcIp: network.nodeIp, destination: server.ip, accepted: true });
    });
  },
);
