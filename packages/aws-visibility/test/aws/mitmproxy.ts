import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freePort } from '@network-mapper/testkit';
import { installPython, type PythonProgram } from './python.ts';
import type { SeenRequest } from './world.ts';

/** The Python with mitmproxy, or why it is not there. */
export function installMitmproxy(): Promise<PythonProgram> {
  return installPython('.mitmproxy', ['mitmproxy==11.0.2']);
}

/** A request as mitmproxy passed it on. */
export interface Flow extends Omit<SeenRequest, 'version'> {
  readonly host: string;
  /** The first KiB of the body, as base64. */
  readonly start: string;
}

export interface Mitmproxy extends AsyncDisposable {
  readonly url: string;
  /** File with the authority that its clients must trust. */
  readonly authority: string;
  /** In the order in which they were answered. */
  readonly flows: () => Promise<readonly Flow[]>;
}

export interface MitmproxyOptions {
  readonly python: string;
  /** Where its files go. */
  readonly folder: string;
  /** The proxy behind it. */
  readonly upstream: string;
  /** PEM of the authority by which that one signs. */
  readonly trusts: string;
}

/** mitmproxy before another proxy: what it notes is what the client sent, as somebody else understands it. */
export async function startMitmproxy({ python, folder, upstream, trusts }: MitmproxyOptions): Promise<Mitmproxy> {
  const [file, trusted] = [join(folder, 'flows'), join(folder, 'upstream.crt')];
  await Promise.all([writeFile(file, ''), writeFile(trusted, trusts)]);
  const port = await freePort();
  const settings = [`confdir=${folder}`, `ssl_verify_upstream_trusted_ca=${trusted}`].flatMap(each => ['--set', each]);
  const addOn = join(import.meta.dirname, 'flows.py');
  const child = spawn(
    join(dirname(python), 'mitmdump'),
    [
      '--quiet',
      '--mode',
      `upstream:${upstream}`,
      '--listen-host',
      '127.0.0.1',
      '-p',
      String(port),
      '-s',
      addOn,
      ...settings,
    ],
    { env: { ...process.env, FLOWS: file }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const exited = once(child, 'exit');
  const authority = join(folder, 'mitmproxy-ca-cert.pem');
  for (;;) {
    // It answers requests to itself with a page of its own.
    const isThere = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (isThere) break;
    if (child.exitCode !== null) throw new Error(`mitmproxy ended with ${child.exitCode}`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return {
    url: `http://127.0.0.1:${port}`,
    authority,
    flows: async () =>
      (await readFile(file, 'utf8'))
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line) as Flow),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exited;
    },
  };
}
