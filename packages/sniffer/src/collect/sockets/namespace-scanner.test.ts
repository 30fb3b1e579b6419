import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReasonCounts, type Sighting } from '@network-mapper/model';
import { expect, onTestFinished, test } from 'vitest';
import { ControlGroups } from '../../procfs/control-groups.ts';
import { ProcFiles } from '../../procfs/proc-files.ts';
import type { SkipReason } from '../../skip-reason.ts';
import { CpuBudget } from './cpu-budget.ts';
import { ListenerPods } from './listener-pods.ts';
import { NamespaceScanner } from './namespace-scanner.ts';

const fixtures = join(import.meta.dirname, '../../../test/fixtures/proc');
const podUid = '4ed02c0b-0df8-4d14-a30e-fd589ee4143a';
const heading = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

interface Scan {
  readonly seen: readonly Sighting[];
  readonly skipped: readonly string[];
}

async function scan(root: string): Promise<Scan> {
  const seen: Sighting[] = [];
  const skipped = new ReasonCounts<SkipReason>();
  const scanner = new NamespaceScanner({
    proc: new ProcFiles(root),
    record: sighting => seen.push(sighting),
    skipped,
    hostnameFiles: false,
    budget: new CpuBudget(1),
    listenerPods: new ListenerPods(),
    groups: new ControlGroups(root),
    sockets: undefined,
    opened: () => false,
    dnsPorts: [53],
  });
  await scanner.scan(new AbortController().signal);
  return { seen, skipped: skipped.entries().map(({ reason, count }) => `${reason} ${count}`) };
}

test('a server that closed its listener before the first look is no client', async () => {
  expect(await scan(join(fixtures, 'proc-draining'))).toEqual({ seen: [], skipped: ['server-side 2'] });
});

test('the pod is known by its control group, and an address is no host name', async () => {
  const { seen } = await scan(join(fixtures, 'proc-cgroup-colon-nextjs'));
  expect(seen).toMatchObject([
    { client: { kind: 'address', ip: '10.0.0.1', podUid }, server: { kind: 'address', ip: '10.96.0.2', port: 80 } },
  ]);
  expect(seen[0]?.client).not.toHaveProperty('hostname');
});

test('of a process with many thousands of descriptors the socket is found, with some of them read at a time', async () => {
  const root = mkdtempSync(join(tmpdir(), 'nm-proc-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  cpSync(join(fixtures, 'proc-cgroup-colon-nextjs'), root, { recursive: true });
  writeFileSync(
    join(root, '1/net/tcp'),
    `${heading}   0: 0100000A:AFC8 0200600A:0050 01 00000000:00000000 00:00000000 00000000     0        0 5001 1 0 20 4 30 10 -1\n`,
  );
  writeFileSync(join(root, '1/net/sockstat'), 'TCP: inuse 1 orphan 0\nUDP: inuse 0\n');
  // Process 101, of a pod, shares the network namespace of process 1, of the node.
  for (const pid of ['1', '101']) {
    rmSync(join(root, pid, 'ns/net'));
    symlinkSync('net:[4026531840]', join(root, pid, 'ns/net'));
  }
  const descriptors = join(root, '101/fd');
  mkdirSync(descriptors);
  const count = 19_000;
  for (let fd = 0; fd < count; fd++)
    symlinkSync(fd === count - 1 ? 'socket:[5001]' : 'socket:[7]', join(descriptors, String(fd)));
  const before = process.memoryUsage.rss();
  const { seen } = await scan(root);
  expect(seen).toMatchObject([{ client: { podUid } }]);
  expect(process.memoryUsage.rss() - before).toBeLessThan(24 * 1024 * 1024);
});
