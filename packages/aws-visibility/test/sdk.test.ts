import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { installMoto, startMoto } from './aws/moto.ts';
import { startAwsEndpoint, startProxy } from './aws/world.ts';

const run = promisify(execFile);
const calls = join(import.meta.dirname, 'aws/calls.py');
const installed = await installMoto();
if ('missing' in installed) console.log(`skipped: no calls of AWS's SDK, ${installed.missing}`);
const python = 'python' in installed ? installed.python : '';

interface Reported {
  readonly resource: string;
  readonly actions: readonly string[];
  readonly srcIp: string;
}

/** A mapper that keeps what the proxy reports. */
async function startMapper(): Promise<{ readonly url: string; readonly reported: Reported[] }> {
  const reported: Reported[] = [];
  const server = createServer((request, response) => {
    void text(request).then(body => {
      const { variables, query = 'health' } = JSON.parse(body === '' ? '{}' : body) as {
        readonly query?: string;
        readonly variables?: { readonly operation?: readonly Reported[] };
      };
      reported.push(...(variables?.operation ?? []));
      const field = /reportAWSOperation|reportAgentStatus|health/.exec(query)?.[0] ?? '';
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: { [field]: true } }));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/query`, reported };
}

const credentials = { AWS_ACCESS_KEY_ID: 'AKIASP2TPHJSQH3FJXYZ', AWS_SECRET_ACCESS_KEY: 'x'.repeat(40) };

test.skipIf('missing' in installed)(
  'boto3 gets the same answers through the proxy as directly, and every call is told by action and resource',
  async () => {
    const { url: mapperUrl, reported } = await startMapper();
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
    for (const [action, resource] of [
      ['s3:PutObject', /^arn:aws:s3:::photos\/2026\/a b\.jpg$/],
      ['s3:GetObject', /^arn:aws:s3:::photos\/missing$/],
      ['s3:ListAllMyBuckets', /^\*$/],
      ['sqs:SendMessage', /^arn:aws:sqs:eu-west-1:123456789012:orders$/],
      ['sns:Publish', /^arn:aws:sns:eu-west-1:123456789012:news$/],
      ['dynamodb:PutItem', /:table\/carts$/],
      ['kms:Decrypt', /:key\//],
      ['secretsmanager:GetSecretValue', /:secret:db\/password-\*$/],
      ['logs:PutLogEvents', /:log-group:\/app:log-stream:s1$/],
      ['cloudwatch:PutMetricData', /^\*$/],
      ['ec2:DescribeInstances', /^\*$/],
    ] as const)
      await expect.poll(() => has(action, resource), { message: `${action} on ${String(resource)}` }).toBe(true);
    expect(new Set(reported.map(({ srcIp }) => srcIp))).toEqual(new Set(['127.0.0.1']));
  },
);
