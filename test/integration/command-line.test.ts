import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { service } from '@network-mapper/testkit';
import { afterEach, expect, test } from 'vitest';
import { run } from '../../packages/cli/test/run-command.ts';
import { report } from '../../packages/mapper/test/reports.ts';
import { namespace, startSmallCluster, workload } from '../../packages/mapper/test/small-cluster.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

/** A mapper of a cluster in which `cart` is called through its Service at port 80 and listens at 8080. */
async function startShop() {
  const folder = await mkdtemp(join(tmpdir(), 'command-line-'));
  cleanUp.push(() => rm(folder, { recursive: true }));
  const cluster = await startSmallCluster();
  cleanUp.push(async () => cluster[Symbol.asyncDispose]());
  const selecting = (app: string, ip: string) => {
    const [owner, ...rest] = workload(app, ip);
    return [{ ...owner, spec: { selector: { matchLabels: { app } } } }, ...rest];
  };
  const ports = [{ port: 80, targetPort: 8080 }];
  await cluster.put(
    ...selecting('web', '10.0.0.1'),
    ...selecting('cart', '10.0.0.2'),
    service({ name: 'cart', namespace, clusterIp: '10.96.0.2', selector: { app: 'cart' }, ports }),
  );
  const live = ['--mapper-address', new URL(cluster.running.url).origin];
  const destinations = [{ destination: '10.96.0.2', destinationIP: '10.96.0.2', destinationPort: 80 }];
  return {
    live,
    webCallsCart: () => report(cluster.running, 'tcp', { srcIp: '10.0.0.1', destinations }),
    snapshot: async (name: string) => {
      const { stdout, stderr } = await run(['snapshot', '--stable', ...live]);
      expect(stderr).toBe('');
      await writeFile(join(folder, name), stdout);
      return join(folder, name);
    },
  };
}

test("a running mapper's snapshot lists as the mapper does, and shows what came after it", async () => {
  const { live, webCallsCart, snapshot } = await startShop();
  const before = await snapshot('before.json');
  expect((await run(['diff', before, ...live])).code).toBe(0);
  await webCallsCart();
  expect(await run(['diff', before, ...live])).toEqual({ code: 1, stdout: '+ shop/web -> shop/cart\n', stderr: '' });
  const after = await snapshot('after.json');
  expect((await run(['diff', after, ...live])).code).toBe(0);
  expect((await run(['list', '--from', after])).stdout).toBe((await run(['list', ...live])).stdout);
});

test("a running mapper's calls are allowed to the port of the pod, selected as its Deployment does", async () => {
  const { live, webCallsCart } = await startShop();
  await webCallsCart();
  const { code, stdout, stderr } = await run(['export', '--as', 'network-policy', ...live]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`  podSelector:
    matchLabels:
      app: cart
  policyTypes:
    - Ingress
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: web
      ports:
        - protocol: TCP
          port: 8080
`);
});
