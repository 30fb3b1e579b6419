import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startAwsMapper } from './aws/aws-mapper.ts';
import { expectedReports } from './aws/expected-reports.ts';
import { installMoto, startMoto } from './aws/moto.ts';
import { startAwsEndpoint, startProxy } from './aws/world.ts';

const run = promisify(execFile);
const calls = join(import.meta.dirname, 'aws/calls.py');
const installed = await installMoto();
if ('missing' in installed) console.log(`skipped: no calls of AWS's SDK, ${installed.missing}`);
const python = 'python' in installed ? installed.python : '';

const credentials = { AWS_ACCESS_KEY_ID: 'AKIASP2TPHJSQH3FJXYZ', AWS_SECRET_ACCESS_KEY: 'x'.repeat(40) };

test.skipIf('missing' in installed)(
  'boto3 gets the same answers through the proxy as directly, and every call is reported by action and resource',
  async () => {
    const { url: mapperUrl, reported, close } = await startAwsMapper();
    onTestFinished(close);
    await using direct = await startMoto(python, 15_091);
    await using moto = await startMoto(python, 15_092);
    await using aws = await startAwsEndpoint(moto.port);
    await using proxy = await startProxy({ aws, mapperUrl });
    await vi.waitUntil(async () => (await proxy.problems()) === '', { timeout: 60_000 });
    const folder = await mkdtemp(join(tmpdir(), 'aws-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const bundle = join(folder, 'ca.crt');
    await writeFile(bundle, proxy.authority());

    const options = { timeout: 150_000, maxBuffer: 2 ** 24 };
    const [expected, seen] = await Promise.all([
      run(python, [calls], { ...options, env: { ...credentials, DIRECT: `http://127.0.0.1:${direct.port}` } }),
      run(python, [calls], {
        ...options,
        env: { ...credentials, HTTPS_PROXY: `http://127.0.0.1:${proxy.httpPort}`, AWS_CA_BUNDLE: bundle },
      }),
    ]);
    expect(seen.stdout).toBe(expected.stdout);
    expect(seen.stdout.split('\n').length).toBeGreaterThanOrEqual(60);

    const has = (action: string, resource: RegExp): boolean =>
      reported.some(operation => operation.actions.includes(action) && resource.test(operation.resource));
    for (const [action, resource] of [...expectedReports, ['ec2:DescribeInstances', /^\*$/] as const])
      await expect.poll(() => has(action, resource), { message: `${action} on ${String(resource)}` }).toBe(true);
    expect(new Set(reported.map(({ srcIp }) => srcIp))).toEqual(new Set(['127.0.0.1']));
  },
);
