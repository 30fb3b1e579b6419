import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { NodeNetwork } from './node-network.ts';
import { PodControlGroup } from './pod-control-group.ts';
import { tcpClientWithFiles, tcpServer } from './programs.ts';
import { missingForNamespaces } from './requirements.ts';
import { RecordingMapper, SnifferProcess } from './sniffer-process.ts';

/** Bytes that the sniffer's container may have. */
const limit = 256 * 2 ** 20;
const podUid = '721b106f-cc37-4e38-946b-ee3baa452643';

/** The controller of memory: of version 1, or of version 2 where it is on for groups below the root. */
const hierarchies = [
  { root: '/sys/fs/cgroup/memory', file: 'memory.limit_in_bytes', kills: 'memory.oom_control' },
  { root: '/sys/fs/cgroup', file: 'memory.max', kills: 'memory.events' },
].filter(({ root }) => existsSync(join(root, 'cgroup.procs')) && isOn(root));

function isOn(root: string): boolean {
  const controllers = join(root, 'cgroup.subtree_control');
  return !existsSync(controllers) || readFileSync(controllers, 'utf8').includes('memory');
}

const [hierarchy] = hierarchies;
const missing =
  missingForNamespaces([]) ?? (hierarchy === undefined ? 'no control groups that limit memory' : undefined);
if (missing !== undefined) console.warn(`the sniffer in its memory limit is left out: ${missing}`);

/** A group of processes that together may have so many bytes; how many of them the kernel has killed for memory. */
function limitedGroup(bytes: number): { readonly command: readonly string[]; readonly kills: () => number } {
  const { root, file, kills } = hierarchy ?? { root: '', file: '', kills: '' };
  const directory = join(root, `nm${process.pid}-limited`);
  mkdirSync(directory);
  onTestFinished(() => rmdirSync(directory));
  writeFileSync(join(directory, file), String(bytes));
  return {
    command: ['sh', '-c', `echo $$ > ${directory}/cgroup.procs && exec "$@"`, 'sh'],
    kills: () => Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(directory, kills), 'utf8'))?.[1]),
  };
}

test.skipIf(missing !== undefined)(
  'a pod on the host network with 19,000 descriptors is named by a sniffer in its memory limit',
  async () => {
    const { command, kills } = limitedGroup(limit);
    const pod = new PodControlGroup(podUid);
    onTestFinished(() => pod.dispose());
    const network = new NodeNetwork('routed');
    onTestFinished(() => network.dispose());
    const server = network.addPod();
    await network.startReady(server.namespace, tcpServer(6379));
    const client = tcpClientWithFiles({ ip: server.ip, port: 6379, files: 19_000 });
    await network.startReady(network.node, client, { before: pod.command });
    const mapper = await RecordingMapper.start(network);
    const sniffer = await SnifferProcess.start(network, { before: command });
    const call = await mapper.call('socket', { srcIp: network.nodeIp, destination: server.ip, destinationPort: 6379 });
    expect(call.srcPodUid).toBe(podUid);
    expect(sniffer.child.exitCode).toBeNull();
    expect(kills()).toBe(0);
  },
);
