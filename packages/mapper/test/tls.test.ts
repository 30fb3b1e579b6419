import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@network-mapper/runtime';
import { createKubernetesApi } from '@network-mapper/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CertificateFiles } from '../src/api/certificate-files.ts';
import { startMapper } from './running-mapper.ts';

const logger = createLogger({ name: 'test', debug: false });
logger.level = 'fatal';
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tls-'));
});
afterEach(() => rm(folder, { recursive: true }));

function fixture(name: string): string {
  return join(import.meta.dirname, 'fixtures/tls', name);
}

/** Puts a certificate where the mapper reads it, whole at once as a kubelet does. */
async function install(name: 'one' | 'two'): Promise<void> {
  for (const kind of ['key', 'crt']) {
    await copyFile(fixture(`${name}.${kind}`), join(folder, 'next'));
    await rename(join(folder, 'next'), join(folder, `tls.${kind}`));
  }
}

function files(): Promise<CertificateFiles> {
  return CertificateFiles.open({ certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key'), logger });
}

/** The status of a health check, by a client that trusts one certificate only and makes a connection of its own. */
async function health(port: number, trusted: 'one' | 'two'): Promise<number> {
  const ca = await readFile(fixture(`${trusted}.crt`));
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/healthz', ca, agent: false }, response => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject).end();
  });
}

test('with a certificate the API speaks TLS, and plain HTTP to port-forwards alone', async () => {
  await install('one');
  await using kubernetes = await createKubernetesApi();
  await using running = await startMapper(kubernetes, { certificate: await files() });
  expect(await health(await running.tlsPort, 'one')).toBe(200);
  await expect(health(await running.tlsPort, 'two')).rejects.toThrow('self-signed certificate');
  expect((await running.ask('{ health }')).status).toBe(200);
  // Another address of this machine, where a server for all addresses would answer.
  await expect(fetch(running.url.replace('127.0.0.1', '127.0.0.2'))).rejects.toThrow('fetch failed');
});

test('a certificate that is renewed is used without a restart, and a broken one is not', async () => {
  await install('one');
  await using kubernetes = await createKubernetesApi();
  await using running = await startMapper(kubernetes, { certificate: await files() });
  const port = await running.tlsPort;
  await writeFile(join(folder, 'tls.crt'), 'not a certificate');
  expect(await health(port, 'one')).toBe(200);
  await install('two');
  await expect.poll(() => health(port, 'two').catch(String), { timeout: 60_000, interval: 500 }).toBe(200);
});

test('files that do not belong together are an error that names them', async () => {
  await install('one');
  await copyFile(fixture('two.key'), join(folder, 'tls.key'));
  await expect(files()).rejects.toThrow(
    `${join(folder, 'tls.crt')} and ${join(folder, 'tls.key')} are no certificate with its key`,
  );
});
