import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { NodeNetwork, type Pod } from '../../packages/sniffer/test/node-network.ts';
import { httpServer } from '../../packages/sniffer/test/programs.ts';
import { missingForNamespaces } from '../../packages/sniffer/test/requirements.ts';

const missing = missingForNamespaces(['tcpdump', 'dig', 'dnsmasq', 'curl']);
if (missing !== undefined) console.warn(`tests with tcpdump are left out: ${missing}`);

const program = join(import.meta.dirname, '../../packages/cli/src/main.ts');
const serviceIp = '10.96.14.2';
const dnsServer = [
  ...['dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--user=root'],
  ...['--pid-file=', '--local=/local/', `--host-record=cart.shop.svc.cluster.local,${serviceIp}`],
];

describe.skipIf(missing !== undefined)('what tcpdump captures on a node', () => {
  let network: NodeNetwork;
  let client: Pod;
  let dns: Pod;

  beforeAll(async () => {
    network = new NodeNetwork('bridge');
    const server = network.addPod();
    [client, dns] = [network.addPod(), network.addPod()];
    network.addService({ ip: serviceIp, port: 80 }, { ip: server.ip, port: 8080 });
    await network.startReady(server.namespace, httpServer(8080));
    network.start(dns.namespace, dnsServer);
  });
  afterAll(() => network.dispose());

  /** What `sniff` prints of what tcpdump writes into a pipe while the client looks up a Service and calls it. */
  async function sniffed(...filter: readonly string[]): Promise<string> {
    const tcpdump = spawn(
      'ip',
      ['netns', 'exec', network.node, 'tcpdump', '-U', '-n', '-i', 'any', '-w', '-', ...filter],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const cli = spawn(process.execPath, [program, 'sniff', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const printed = text(cli.stdout);
    let captured = '';
    tcpdump.stdout.on('data', (bytes: Buffer) => (captured += bytes.toString('latin1'))).pipe(cli.stdin);
    await once(tcpdump.stderr, 'data'); // "listening on any"
    const address = async () =>
      network.run(client.namespace, ['dig', '+short', `@${dns.ip}`, 'cart.shop.svc.cluster.local']);
    await vi.waitFor(async () => expect((await address()).trim()).toBe(serviceIp), 60_000);
    expect(await network.run(client.namespace, ['curl', '-s', '-m', '30', `http://${serviceIp}/`])).toBe('ok');
    await vi.waitFor(() => expect(captured).toContain('200 OK'), 60_000);
    tcpdump.kill('SIGINT');
    return printed;
  }

  test('is mapped as it comes: the Service by its name, its address, its port', async () => {
    expect(await sniffed()).toBe(`${client.ip} calls:\n  - shop/cart (${serviceIp}) 80/TCP\n`);
  });

  test('without DNS it has addresses alone', async () => {
    expect(await sniffed('tcp')).toBe(`${client.ip} calls:\n  - ${serviceIp} 80/TCP\n`);
  });
});
