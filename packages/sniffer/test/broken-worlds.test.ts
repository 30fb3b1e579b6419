import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NodeNetwork, type Pod } from './node-network.ts';
import { PodControlGroup } from './pod-control-group.ts';
import { httpServer, tcpClient, tcpServer } from './programs.ts';
import { missingForNamespaces } from './requirements.ts';
import { RecordingMapper, SnifferProcess } from './sniffer-process.ts';

const missing = missingForNamespaces(['curl', 'setpriv', 'unshare', 'tcpdump']);
if (missing !== undefined) console.warn(`tests of a broken world are left out: ${missing}`);

const nobody = 65534;

/** Runs as an ordinary user with these capabilities and no way to more. */
function withCapabilities(capabilities: readonly string[]): readonly string[] {
  const set = ['-all', ...capabilities.map(name => `+${name}`)].join(',');
  const user = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--no-new-privs'];
  return ['setpriv', ...user, `--inh-caps=${set}`, `--ambient-caps=${set}`, `--bounding-set=${set}`];
}

/** Runs with a file system in which `/etc/hostname` is the pod's, as a container's is. */
function withHostnameFile(directory: string): readonly string[] {
  const file = join(directory, 'hostname');
  writeFileSync(file, 'web-0\n');
  return ['unshare', '--mount', 'sh', '-c', `mount --bind ${file} /etc/hostname; exec "$@"`, 'sh'];
}

const podUid = '721b106f-cc37-4e38-946b-ee3baa452643';

describe.skipIf(missing !== undefined)('the sniffer', () => {
  let network: NodeNetwork;
  let client: Pod;
  let server: Pod;
  let group: PodControlGroup;
  let directory: string;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'nm-sniffer-'));
    network = new NodeNetwork('routed');
    [client, server] = [network.addPod(), network.addPod()];
    await network.startReady(server.namespace, httpServer(8080));
    await network.startReady(server.namespace, tcpServer(6379));
    group = new PodControlGroup(podUid);
    const connected = tcpClient({ ip: server.ip, port: 6379 });
    await network.startReady(client.namespace, [...withHostnameFile(directory), ...connected], {
      before: group.command,
      env: { HOSTNAME: 'web-0' },
    });
  });

  afterEach(async () => {
    await network.dispose();
    group.dispose();
    rmSync(directory, { recursive: true });
  });

  const callServer = (): Promise<string> =>
    network.run(client.namespace, ['curl', '-s', '-m', '30', `http://${server.ip}:8080/`]);

  test('runs as an ordinary user with NET_RAW and SYS_PTRACE, and no other right', async () => {
    const mapper = await RecordingMapper.start(network);
    await SnifferProcess.start(network, { through: withCapabilities(['net_raw', 'sys_ptrace']) });
    await callServer();
    await mapper.call('tcp', { srcIp: client.ip, destination: server.ip, destinationPort: 8080, accepted: true });
    await mapper.call('socket', { srcIp: client.ip, destination: server.ip, srcHostname: 'web-0', srcPodUid: podUid });
  });

  test('runs so, and reports which of the pods that share the node’s address holds a socket, whoever its user is', async () => {
    const mapper = await RecordingMapper.start(network);
    const user = ['setpriv', '--reuid=4242', '--regid=4242', '--clear-groups'];
    const ofUser = [...user, ...tcpClient({ ip: server.ip, port: 6379 })];
    await network.startReady(network.node, ofUser, { before: group.command });
    await SnifferProcess.start(network, { through: withCapabilities(['net_raw', 'sys_ptrace']) });
    await mapper.call('socket', { srcIp: network.nodeIp, destination: server.ip, srcPodUid: podUid });
  });

  test('without NET_RAW it names it, and scans', async () => {
    const mapper = await RecordingMapper.start(network);
    const sniffer = await SnifferProcess.start(network, { through: withCapabilities(['sys_ptrace']) });
    expect((await sniffer.logged('No packets are taken in')).error).toMatch(/NET_RAW/);
    await mapper.call('socket', { srcIp: client.ip, destination: server.ip, srcHostname: 'web-0' });
  });

  test('without SYS_PTRACE it names it, captures, and scans without knowing processes', async () => {
    const mapper = await RecordingMapper.start(network);
    const sniffer = await SnifferProcess.start(network, { through: withCapabilities(['net_raw']) });
    expect((await sniffer.logged('Processes cannot be looked at')).error).toMatch(/SYS_PTRACE/);
    await callServer();
    await mapper.call('tcp', { srcIp: client.ip, destination: server.ip, destinationPort: 8080 });
    await mapper.call('socket', { srcIp: client.ip, destination: server.ip, destinationPort: 6379, srcHostname: '' });
  });

  test('without libpcap it names the package, and scans', async () => {
    const library = execFileSync('sh', ['-c', "ldconfig -p | sed -n 's/.*libpcap.* => //p'"], { encoding: 'utf8' });
    const hide = library
      .split('\n')
      .filter(path => path !== '')
      .map(path => `mount --bind /dev/null ${path};`);
    const mapper = await RecordingMapper.start(network);
    const sniffer = await SnifferProcess.start(network, {
      through: ['unshare', '--mount', 'sh', '-c', `${hide.join(' ')} exec "$@"`, 'sh'],
    });
    expect((await sniffer.logged('No packets are taken in')).error).toMatch(/libpcap0\.8 .*libpcap /);
    await mapper.call('socket', { srcIp: client.ip, destination: server.ip });
  });

  test('with neither packets nor sockets it says so and ends', async () => {
    const sniffer = new SnifferProcess(network, {
      env: { OTTERIZE_ENABLE_DNS: 'false', OTTERIZE_ENABLE_TCP: 'false', OTTERIZE_ENABLE_SOCKET_SCANNER: 'false' },
    });
    expect(await sniffer.ended).toBe(1);
  });

  test('without a /proc where it should be it says so, and captures', async () => {
    const mapper = await RecordingMapper.start(network);
    const sniffer = await SnifferProcess.start(network, { env: { OTTERIZE_HOST_PROC_DIR: '/nowhere' } });
    expect((await sniffer.logged('Failed to scan open sockets')).error).toMatch(/\/nowhere/);
    await callServer();
    await mapper.call('tcp', { srcIp: client.ip, destination: server.ip });
  });

  test('is healthy while the mapper is away, and reports what it saw when it comes', async () => {
    const sniffer = await SnifferProcess.start(network);
    await callServer();
    await sniffer.logged('Failed to report; what was seen is kept and reported later');
    const health = ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', 'http://127.0.0.1:57921/healthz'];
    expect(await network.run(network.node, health)).toBe('200');
    const mapper = await RecordingMapper.start(network);
    await mapper.call('tcp', { srcIp: client.ip, destination: server.ip, destinationPort: 8080 });
  });

  test('when it is to stop, it reports what it holds and ends with success', async () => {
    const mapper = await RecordingMapper.start(network);
    const sniffer = await SnifferProcess.start(network, { env: { OTTERIZE_SNIFFER_REPORT_INTERVAL: '1h' } });
    await callServer();
    await vi.waitFor(async () => {
      const metrics = await network.run(network.node, ['curl', '-s', 'http://127.0.0.1:2112/metrics']);
      expect(metrics).toMatch(/^sniffer_packets_total [1-9]/m);
    }, 60_000);
    expect(await sniffer.stop()).toBe(0);
    await mapper.call('tcp', { srcIp: client.ip, destination: server.ip, destinationPort: 8080, accepted: true });
  });

  test('gives the original mapper the form that it knows', async () => {
    const mapper = await RecordingMapper.start(network, ['--original']);
    await SnifferProcess.start(network);
    await callServer();
    const call = await mapper.call('tcp', { srcIp: client.ip, destination: server.ip, destinationPort: 8080 });
    const members = [
      'srcIp',
      'srcHostname',
      'destination',
      'destinationIP',
      'destinationPort',
      'TTL',
      'lastSeen',
      'srcPorts',
    ];
    expect(Object.keys(call).toSorted()).toEqual(members.toSorted());
    expect(mapper.statuses()).toEqual([]);
  });

  test('reports its status to the mapper', async () => {
    const mapper = await RecordingMapper.start(network);
    await SnifferProcess.start(network, { env: { OTTERIZE_NODE_NAME: 'node-7' } });
    await vi.waitFor(() => expect(mapper.statuses()).toHaveLength(1), 60_000);
    expect(mapper.statuses()[0]).toMatchObject({ kind: 'sniffer', name: 'node-7', dropped: 0, lost: 0 });
  });

  test('a port for metrics that is taken costs the metrics only', async () => {
    await network.startReady(network.node, tcpServer(2112));
    const mapper = await RecordingMapper.start(network);
    const sniffer = await SnifferProcess.start(network);
    expect((await sniffer.logged('No metrics are served')).error).toMatch(/2112/);
    await callServer();
    await mapper.call('tcp', { srcIp: client.ip, destination: server.ip });
  });

  test('captures on a single interface, also when that comes later', async () => {
    const mapper = await RecordingMapper.start(network);
    const sniffer = await SnifferProcess.start(network, { env: { OTTERIZE_SNIFFER_DEVICE: 'veth4' } });
    const late = network.addPod();
    await sniffer.logged('Capturing');
    await network.run(late.namespace, ['curl', '-s', '-m', '30', `http://${server.ip}:8080/`]);
    await mapper.call('tcp', { srcIp: late.ip, destination: server.ip, accepted: true });
  });

  test('a recorded capture is reported as the live one is', async () => {
    const file = join(directory, 'node.pcap');
    const tcpdump = network.start(network.node, ['tcpdump', '-i', 'any', '-U', '-w', file]);
    await vi.waitFor(async () => {
      await callServer();
      const packets = await network.run(network.node, ['tcpdump', '-nr', file, 'tcp[13] = 0x12']);
      expect(packets).toMatch(/8080/);
    }, 60_000);
    tcpdump.kill('SIGTERM');
    const mapper = await RecordingMapper.start(network);
    const sniffer = new SnifferProcess(network, { flags: ['--pcap', file] });
    expect(await sniffer.ended).toBe(0);
    await mapper.call('tcp', { srcIp: client.ip, destination: server.ip, destinationPort: 8080, accepted: true });
  });
});
