import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { service } from '@network-mapper/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../packages/cli/test/run-command.ts';
import { report } from '../../packages/mapper/test/reports.ts';
import { namespace, startSmallCluster, workload, type SmallCluster } from '../../packages/mapper/test/small-cluster.ts';

let cluster: SmallCluster;
let folder: string;
let live: readonly string[];

/** `web` calls `cart` through its Service, from port 80 to port 8080 of the pod. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-line-'));
  cluster = await startSmallCluster();
  live = ['--mapper-address', new URL(cluster.running.url).origin];
  const [webOwner, ...web] = workload('web', '10.0.0.1');
  const [cartOwner, ...cart] = workload('cart', '10.0.0.2');
  const selected = (app: string) => ({ spec: { selector: { matchLabels: { app } } } });
  const ports = [{ port: 80, targetPort: 8080 }];
  await cluster.put(
    { ...webOwner, ...selected('web') },
    ...web,
    { ...cartOwner, ...selected('cart') },
    ...cart,
    service({ name: 'cart', namespace, clusterIp: '10.96.0.2', selector: { app: 'cart' }, ports }),
  );
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function snapshot(name: string): Promise<string> {
  const { stdout, stderr } = await run(['snapshot', '--stable', ...live]);
  expect(stderr).toBe('');
  const path = join(folder, name);
  await writeFile(path, stdout);
  return path;
}

test("a running mapper's snapshot lists as the mapper does, and shows what came after it", async () => {
  const before = await snapshot('before.json');
  expect((await run(['diff', before, ...live])).code).toBe(0);
  const destinations = [{ destination: '10.96.0.2', destinationIP: '10.96.0.2', destinationPort: 80 }];
  await report(cluster.running, 'tcp', { srcIp: '10.0.0.1', destinations });
  expect(await run(['diff', before, ...live])).toEqual({ code: 1, stdout: '+ shop/web -> shop/cart\n', stderr: '' });
  const after = await snapshot('after.json');
  expect((await run(['diff', after, ...live])).code).toBe(0);
  expect((await run(['list', '--from', after])).stdout).toBe((await run(['list', ...live])).stdout);
});
