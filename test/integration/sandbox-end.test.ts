import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { microservicesDemo, openSandbox } from '@network-mapper/sandbox';
import { noSandbox } from './sandbox-available.ts';
import { tracesOf, type Held } from './sandbox-traces.ts';

const holder = fileURLToPath(new URL('hold-sandbox.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;

/** What root does to become a user without any right. */
const asUser = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'];
const userCanRead =
  isRoot && spawnSync('setpriv', [...asUser.slice(1), process.execPath, '--check', holder]).status === 0;

interface Running {
  readonly child: ChildProcess;
  readonly held: Held;
}

/** Starts a process that holds a sandbox; resolves when all of it runs. */
async function hold(as: readonly string[] = []): Promise<Running> {
  const [program, ...args] = ['env', ...as, process.execPath, holder];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => String(text)),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`ended with ${String(code)} before all ran`))),
  ]);
  return { child, held: JSON.parse(line) as Held };
}

const users = [
  { user: 'this user', as: [], skip: '' },
  {
    user: 'a user without rights',
    as: asUser,
    skip: !isRoot ? 'only root can become another user' : userCanRead ? '' : 'the checkout is not readable by others',
  },
] as const;

for (const { user, as, skip } of users) {
  for (const signal of ['SIGKILL', 'SIGINT'] as const) {
    const title = `nothing is left of the sandbox of ${user} after ${signal}`;
    if (skip !== '') console.log(`skipped: ${title}: ${skip}`);
    test.skipIf(noSandbox || skip !== '')(title, async () => {
      const { child, held } = await hold(as);
      // A network namespace for the node, the DNS server and each workload.
      expect(held.namespaces.filter(name => name.startsWith('net:'))).toHaveLength(
        2 + microservicesDemo.workloads.length,
      );
      expect(tracesOf(held)).not.toEqual([]);
      child.kill(signal);
      await once(child, 'exit');
      await vi.waitFor(() => expect(tracesOf(held)).toEqual([]), { timeout: 60_000 });
    });
  }
}

test.skipIf(noSandbox)('two sandboxes at once have the same addresses and do not disturb each other', async () => {
  await using one = await openSandbox(microservicesDemo);
  await using two = await openSandbox(microservicesDemo);
  const pods = await Promise.all([one.startPods(), two.startPods()]);
  await one[Symbol.asyncDispose]();
  // The other goes on: whoever calls still reaches whom it calls, also after more than a round of calls.
  const ping = await two.start({
    name: 'ping',
    podName: two.layout.pods[0]?.podName ?? '',
    command: [
      process.execPath,
      '-e',
      `fetch('http://${two.layout.pods[1]?.service.clusterIp ?? ''}:7070/').then(r => r.text()).then(text => console.log(text.trim()))`,
    ],
  });
  expect(await ping.exited()).toBe(0);
  expect(ping.lines).toEqual(['ok']);
  expect([...pods[1].values()].filter(pod => !pod.running)).toEqual([]);
});
