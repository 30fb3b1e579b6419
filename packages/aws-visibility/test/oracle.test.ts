import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Operations } from '../src/recognise/operation.ts';
import { recognise } from '../src/recognise/recognise.ts';
import services from '../src/recognise/services.generated.json' with { type: 'json' };
import { startAwsMapper } from './aws/aws-mapper.ts';
import { installMitmproxy, startMitmproxy, type Flow } from './aws/mitmproxy.ts';
import { installMoto, startMoto } from './aws/moto.ts';
import { startAwsEndpoint, startProxy, type SeenRequest } from './aws/world.ts';

const run = promisify(execFile);
const [moto, mitmproxy] = [await installMoto(), await installMitmproxy()];
const missing = [moto, mitmproxy].flatMap(part => ('missing' in part ? part.missing : []));
if (missing.length > 0) console.warn(`skipped: no comparison with mitmproxy: ${missing.join('; ')}`);
const pythonOf = (part: typeof moto): string => ('python' in part ? part.python : '');

const operations = new Operations(services);

/** `action resource` of what a request that mitmproxy saw wants. */
function wanted({ method, host, path, headers, start }: Flow): readonly string[] {
  const names = new Map(headers.map(([name, value]) => [name.toLowerCase(), value] as const));
  const request = {
    method,
    host: names.get('host') ?? host,
    path,
    headers: names,
    bodyStart: Buffer.from(start, 'base64'),
  };
  const recognised = recognise(request, { operations });
  if (recognised.kind !== 'recognised') return [];
  return recognised.statements.flatMap(({ actions, resource }) => actions.map(action => `${action} ${resource}`));
}

test.skipIf(missing.length > 0)(
  'mitmproxy, before the proxy, sees each request that AWS sees behind it, byte by byte, and each that was reported',
  async () => {
    const mapper = await startAwsMapper();
    onTestFinished(mapper.close);
    const folder = await mkdtemp(join(tmpdir(), 'mitmproxy-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await using cloud = await startMoto(pythonOf(moto), 15_093);
    const behind: SeenRequest[] = [];
    await using aws = await startAwsEndpoint(cloud.port, { seen: request => void behind.push(request) });
    await using proxy = await startProxy({ aws, mapperUrl: mapper.url });
    await vi.waitUntil(async () => (await proxy.problems()) === '', { timeout: 60_000 });
    await using before = await startMitmproxy({
      python: pythonOf(mitmproxy),
      folder,
      upstream: `http://127.0.0.1:${proxy.httpPort}`,
      trusts: proxy.authority(),
    });
    const env = {
      AWS_ACCESS_KEY_ID: 'AKIASP2TPHJSQH3FJXYZ',
      AWS_SECRET_ACCESS_KEY: 'x'.repeat(40),
      HTTPS_PROXY: before.url,
      AWS_CA_BUNDLE: before.authority,
    };
    await run(pythonOf(moto), [join(import.meta.dirname, 'aws/calls.py')], {
      env,
      timeout: 150_000,
      maxBuffer: 2 ** 24,
    });

    const flows = await before.flows();
    expect(flows.length).toBeGreaterThanOrEqual(60);
    const bytesOf = ({ method, path, headers, sha256 }: Omit<SeenRequest, 'version'>): object => ({
      method,
      path,
      headers,
      sha256,
    });
    expect(behind.map(bytesOf)).toEqual(flows.map(bytesOf));

    const pairs = () =>
      mapper.reported.flatMap(({ actions, resource }) => actions.map(action => `${action} ${resource}`));
    const expected = [...new Set(flows.flatMap(wanted))].sort();
    await expect.poll(() => [...new Set(pairs())].sort()).toEqual(expected);
  },
);
