import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './run-command.ts';

const packages = join(import.meta.dirname, '../..');
/** A capture of the demo, taken with libpcap in its node's network. */
const demo = join(packages, 'sandbox/recorded/demo.pcap');
const captured = (name: string) => join(packages, 'sniffer/test/fixtures/pcap', name);

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'cli-sniff-'))));
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

test('a capture is listed by the names that its DNS answers gave to addresses', async () => {
  const { code, stdout, stderr } = await run(['sniff', demo]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatchInlineSnapshot(`
    "10.244.0.16 calls:
      - otterize-ecom-demo/frontend (10.96.0.105) 80/TCP
    otterize-ecom-demo/cartservice (10.244.0.11) calls:
      - otterize-ecom-demo/redis-cart (10.96.0.110) 6379/TCP
    otterize-ecom-demo/checkoutservice (10.244.0.12) calls:
      - 10.244.0.14 8080/TCP
      - 10.96.0.111 50051/TCP
      - otterize-ecom-demo/cartservice (10.96.0.101) 7070/TCP
      - otterize-ecom-demo/currencyservice (10.96.0.103) 7000/TCP
      - otterize-ecom-demo/paymentservice (10.96.0.107) 50051/TCP
      - otterize-ecom-demo/productcatalogservice (10.96.0.108) 3550/TCP
    otterize-ecom-demo/frontend (10.244.0.15) calls:
      - 10.244.0.21 8080/TCP
      - otterize-ecom-demo/adservice (10.96.0.100) 9555/TCP
      - otterize-ecom-demo/cartservice (10.96.0.101) 7070/TCP
      - otterize-ecom-demo/checkoutservice (10.96.0.102) 5050/TCP
      - otterize-ecom-demo/currencyservice (10.96.0.103) 7000/TCP
      - otterize-ecom-demo/productcatalogservice (10.96.0.108) 3550/TCP
      - otterize-ecom-demo/recommendationservice (10.96.0.109) 8080/TCP
    otterize-ecom-demo/recommendationservice (10.244.0.19) calls:
      - otterize-ecom-demo/productcatalogservice (10.96.0.108) 3550/TCP
    "
  `);
});

test('ports, evidence and addresses of a capture are written as those of a list', async () => {
  const wide = await run(['sniff', demo, '-o', 'wide']);
  expect(wide.stdout).toMatchInlineSnapshot(`
    "CLIENT                                    SERVER                                    PORTS      EVIDENCE  REPORTS  FIRST SEEN            LAST SEEN             TOPICS AND PATHS  CLIENT ADDRESSES  SERVER ADDRESSES
    10.244.0.16                               otterize-ecom-demo/frontend               80/TCP     DNS,TCP   8        2026-11-28T01:38:51Z  2026-11-28T01:38:53Z  -                 10.244.0.16       10.96.0.105
    otterize-ecom-demo/cartservice            otterize-ecom-demo/redis-cart             6379/TCP   DNS,TCP   4        2026-11-28T01:38:51Z  2026-11-28T01:38:51Z  -                 10.244.0.11       10.96.0.110
    otterize-ecom-demo/checkoutservice        10.244.0.14                               8080/TCP   TCP       3        2026-11-28T01:38:51Z  2026-11-28T01:38:53Z  -                 10.244.0.12       10.244.0.14
    otterize-ecom-demo/checkoutservice        10.96.0.111                               50051/TCP  TCP       3        2026-11-28T01:38:51Z  2026-11-28T01:38:53Z  -                 10.244.0.12       10.96.0.111
    otterize-ecom-demo/checkoutservice        otterize-ecom-demo/cartservice            7070/TCP   DNS,TCP   6        2026-11-28T01:38:51Z  2026-11-28T01:38:53Z  -                 10.244.0.12       10.96.0.101
    otterize-ecom-demo/checkoutservice        otterize-ecom-demo/currencyservice        7000/TCP   DNS,TCP   6        2026-11-28T01:38:51Z  2026-11-28T01:38:53Z  -                 10.244.0.12       10.96.0.103
    otterize-ecom-demo/checkoutservice        otterize-ecom-demo/paymentservice         50051/TCP  DNS,TCP   6        2026-11-28T01:38:51Z  2026-11-28T01:38:53Z  -                 10.244.0.12       10.96.0.107
    otterize-ecom-demo/checkoutservice        otterize-ecom-demo/productcatalogservice  3550/TCP   DNS,TCP   2        2026-11-28T01:38:51Z  2026-11-28T01:38:51Z  -                 10.244.0.12       10.96.0.108
    otterize-ecom-demo/frontend               10.244.0.21                               8080/TCP   TCP       3        2026-11-28T01:38:51Z  2026-11-28T01:38:53Z  -                 10.244.0.15       10.244.0.21
    otterize-ecom-demo/frontend               otterize-ecom-demo/adservice              9555/TCP   DNS,TCP   6        2026-11-28T01:38:51Z  2026-11-28T01:38:53Z  -                 10.244.0.15       10.96.0.100
    otterize-ecom-demo/frontend               otterize-ecom-demo/cartservice            7070/TCP   DNS,TCP   6        2026-11-28T01:38:51Z  2026-11-28T01:38:53Z  -                 10.244.0.15       10.96.0.101
    otterize-ecom-demo/frontend               otterize-ecom-demo/checkoutservice        5050/TCP   DNS,TCP   6        2026-11-28T01:38:51Z  2026-11-28T01:38:53Z  -                 10.244.0.15       10.96.0.102
    otterize-ecom-demo/frontend               otterize-ecom-demo/currencyservice        7000/TCP   DNS,TCP   2        2026-11-28T01:38:51Z  2026-11-28T01:38:51Z  -                 10.244.0.15       10.96.0.103
    otterize-ecom-demo/frontend               otterize-ecom-demo/productcatalogservice  3550/TCP   TCP       3        2026-11-28T01:38:51Z  2026-11-28T01:38:53Z  -                 10.244.0.15       10.96.0.108
    otterize-ecom-demo/frontend               otterize-ecom-demo/recommendationservice  8080/TCP   DNS,TCP   6        2026-11-28T01:38:51Z  2026-11-28T01:38:53Z  -                 10.244.0.15       10.96.0.109
    otterize-ecom-demo/recommendationservice  otterize-ecom-demo/productcatalogservice  3550/TCP   DNS,TCP   6        2026-11-28T01:38:51Z  2026-11-28T01:38:53Z  -                 10.244.0.19       10.96.0.108
    "
  `);
});

test('JSON has ports of pods, kinds of evidence and the addresses of both sides', async () => {
  const { stdout } = await run(['sniff', captured('hairpin-random.pcap'), '-o', 'json']);
  expect(JSON.parse(stdout)).toMatchObject([
    {
      client: { namespace: '', name: '10.0.0.2' },
      server: { namespace: '', name: '10.96.0.2' },
      ports: [80],
      endpoints: [{ port: 80, targetPort: 8080, protocol: 'TCP' }],
      evidence: ['TCP'],
      count: 1,
      clientAddresses: ['10.0.0.2'],
      serverAddresses: ['10.96.0.2'],
    },
  ]);
  expect((await run(['sniff', captured('hairpin-random.pcap'), '-o', 'csv'])).stdout).toMatch(
    /^client_namespace,client,.*,client_addresses,server_addresses\n,10\.0\.0\.2,/,
  );
});

test('a Service of a cluster with another domain, and a server on another port of DNS, are known when they are named', async () => {
  expect((await run(['sniff', captured('dns-port-5353.pcap')])).stdout).toContain('  - shop/cart (10.96.0.2)\n');
  const other = ['sniff', captured('dns-port-5353.pcap'), '--cluster-domain', 'example.org'];
  expect((await run(other)).stdout).toContain('  - cart.shop.svc.cluster.local (10.96.0.2)\n');
  const none = await run(['sniff', captured('dns-port-5353.pcap'), '--dns-ports', '53']);
  expect(none.stdout).toBe('');
});

test('what another command reads of a capture is what was seen in it', async () => {
  const path = await write('map.json', (await run(['sniff', demo, '-o', 'snapshot'])).stdout);
  const calls = (text: string) => text.split('\n').filter(line => line.startsWith('  - ')).length;
  const list = (await run(['list', '--from', path])).stdout;
  expect(calls(list)).toBe(calls((await run(['sniff', demo])).stdout));
  expect(list).toContain('10.244.0.16 calls:\n  - frontend in namespace otterize-ecom-demo\n');
  expect(list).toContain('  - 10.96.0.111\n');
  const ns = 'otterize-ecom-demo';
  expect((await run(['explain', `${ns}/frontend`, '10.244.0.21', '--from', path])).stdout).toContain(
    `${ns}/frontend -> 10.244.0.21\n`,
  );
  expect((await run(['callers', `${ns}/redis-cart`, '--from', path])).stdout).toContain(`${ns}/cartservice`);
  expect((await run(['visualize', '--format', 'svg', '--from', path])).stdout).toContain('>10.244.0.16</text>');
  expect((await run(['diff', path, path])).code).toBe(0);
});

test('an empty map says why: what was tried in vain, what says nothing of calls', async () => {
  expect(await run(['sniff', captured('synscan.pcap')])).toEqual({
    code: 0,
    stdout: '',
    stderr: `Tried, and never accepted by the server: 10.0.0.1 -> 10.0.0.2 port 80, 10.0.0.1 -> 10.0.0.3 port 5432, 10.0.0.1 -> 10.0.0.4 port 6379.
No connections found among 6 packets: no DNS answer with an address, and no TCP connection that was accepted.
`,
  });
  const zero = await run(['sniff', captured('zero-answer.pcap')]);
  expect(zero.stderr).toContain('No connections found among one packet: ');
  expect(zero.stderr).toContain('  answer-without-address, 1 times: DNS answered 0.0.0.0');
  const header = (await readFile(demo)).subarray(0, 24);
  expect((await run(['sniff', await write('empty.pcap', header)])).stderr).toBe(
    'No connections found: there are no packets in it.\n',
  );
});

test('a file that breaks off is mapped as far as it goes', async () => {
  const path = await write('cut.pcap', (await readFile(demo)).subarray(0, -7));
  const { code, stdout, stderr } = await run(['sniff', path]);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `${path} breaks off: the file ends in a packet. What comes before that is mapped.\n`,
  });
  expect(stdout).toBe((await run(['sniff', demo])).stdout);
});

test.each([
  { title: 'no file at all', args: [], problem: 'sniff reads one capture file: network-mapper sniff <file>' },
  { title: 'a file that is not there', args: ['/nowhere/a.pcap'], problem: 'it cannot be opened' },
  { title: 'a folder', args: ['/'], problem: 'it cannot be read: ' },
  { title: 'a text', content: 'tcpdump: listening on any\n', problem: 'it is neither pcap nor pcapng' },
  { title: 'a compressed capture', content: Buffer.from('1f8b0800', 'hex'), problem: 'compressed with gzip' },
])('$title is refused with a sentence', async ({ args, content, problem }) => {
  const files = args ?? [await write('broken', content)];
  const { code, stdout, stderr } = await run(['sniff', ...files]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(problem);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('a capture of a radio, whose frames nobody here can read, is refused with its link type', async () => {
  const bytes = Buffer.from(await readFile(demo));
  bytes.writeUInt32LE(127, 20);
  const { code, stderr } = await run(['sniff', await write('radio.pcap', bytes)]);
  expect(code).toBe(1);
  expect(stderr).toContain('was captured with link type 127, which cannot be read: capture on an Ethernet');
});
