import { readdir, readFile } from 'node:fs/promises';
import { until, type Checks } from './checks.ts';
import type { Kubectl } from './kubectl.ts';

export interface KilledProxyWorld {
  readonly kubectl: Kubectl;
  readonly checks: Checks;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** The namespaces of the proxy, and of its client. */
  readonly system: string;
  readonly namespace: string;
  /** Seconds after which nobody is led to a proxy that is gone. */
  readonly longestGap: number;
}

interface Call {
  /** Milliseconds since the epoch: when it was begun, and when it had ended. */
  readonly begun: number;
  readonly at: number;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly issuer: string;
}

const requests = 1_000;
/** Of `aws-client.mjs`, in milliseconds. */
const busyPause = 10;

/** SIGKILL to the proxy's process amid a thousand calls of a client that never tries again. */
export async function checkKilledProxy(world: KilledProxyWorld): Promise<void> {
  const { kubectl, checks, say, signal, system, namespace, longestGap } = world;
  const client = ['-n', namespace, 'deployment/orders'] as const;
  const callsOf = async (): Promise<readonly Call[]> =>
    (await kubectl('logs', ...client, `--tail=${requests}`))
      .split('\n')
      .flatMap(line => (line.startsWith('{') ? [JSON.parse(line) as Call] : []));
  const title = `of ${requests} calls amid which the proxy is killed those get no answer that came within ${longestGap} s, no others`;
  await checks.check(title, async () => {
    await kubectl('set', 'env', ...client, `PAUSE=${busyPause}`);
    await kubectl('rollout', 'status', ...client, '--timeout=120s');
    const countCalls = async (): Promise<string> => String((await callsOf()).length);
    await until({ seconds: 120, signal, wanted: '300 calls' }, countCalls, count => Number(count) >= 300);
    const killed = Date.now();
    process.kill(await processOf(kubectl, system), 'SIGKILL');
    await until({ seconds: 240, signal, wanted: `${requests} calls` }, countCalls, count => Number(count) >= requests);
    const calls = await callsOf();
    // An answer is AWS’s, also a 500, which the stand-in gives now and then when two clients write one object at once.
    const failed = calls.filter(({ status }) => status === 0);
    const gap = Math.max(0, ...failed.map(({ begun }) => begun - killed)) / 1000;
    const after = calls.filter(({ begun }) => begun > killed).length;
    say(
      `      ${failed.length} calls got no answer, the last one begun ${gap} s after the kill; ${after} calls came after it`,
    );
    for (const [why, of] of Map.groupBy(failed, ({ issuer }) => issuer)) {
      const longest = Math.max(...of.map(({ begun, at }) => at - begun));
      say(`      ${of.length} x ${why}, after ${longest} ms at the most`);
    }
    if (after === 0 || failed.some(({ at }) => at < killed) || gap > longestGap)
      throw new Error(`calls without an answer: ${JSON.stringify(failed)}`);
  });
  await kubectl('set', 'env', ...client, 'PAUSE-');
  await kubectl('rollout', 'status', ...client, '--timeout=120s');
}

/** The process of the proxy, on this machine, on which the nodes of the kit run. */
async function processOf(kubectl: Kubectl, system: string): Promise<number> {
  const uid = await kubectl(
    'get',
    'pods',
    '-n',
    system,
    '-l',
    'app=otterize-iamlive',
    '-o',
    'jsonpath={.items[0].metadata.uid}',
  );
  const names = [uid, uid.replaceAll('-', '_')];
  for (const pid of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
    const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const [cgroup, command] = await Promise.all([read('cgroup'), read('cmdline')]);
    if (names.some(name => cgroup.includes(name)) && command.includes('aws-visibility/main.mjs')) return Number(pid);
  }
  throw new Error(`no process of the pod ${uid} runs on this machine`);
}
