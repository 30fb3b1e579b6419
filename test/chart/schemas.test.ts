import { execFile } from 'node:child_process';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const rendered = join(import.meta.dirname, 'rendered');
/** `kubernetes-validate` of PyPI, which brings the schemas along; or why it is not there. */
async function validator(): Promise<{ readonly path: string } | { readonly missing: string }> {
  const folder = join(import.meta.dirname, '../../node_modules/.kubernetes-validate');
  const path = join(folder, 'bin/kubernetes-validate');
  try {
    await access(path);
  } catch {
    try {
      await run('python3', ['-m', 'venv', folder]);
      await run(join(folder, 'bin/pip'), ['install', '--quiet', 'kubernetes-validate==1.37.0']);
    } catch (error) {
      return { missing: `kubernetes-validate cannot be installed: ${String(error).slice(0, 300)}` };
    }
  }
  return { path };
}

const found = await validator();
if ('missing' in found) console.log(`skipped: manifests are not validated, ${found.missing}`);

test.skipIf('missing' in found).each(['1.27', '1.31', '1.35'])(
  'Kubernetes %s takes everything that is rendered',
  async version => {
    const files = await readdir(rendered);
    const path = 'path' in found ? found.path : '';
    const all = files.map(file => join(rendered, file));
    const { stdout } = await run(path, ['--strict', '--kubernetes-version', version, ...all]);
    expect(stdout).not.toContain('ERROR');
    // Operators' kinds, of which the schemas of Kubernetes know nothing, are warned of and let through.
    expect(stdout).toContain('passed for resource deployment/otterize-network-mapper');
    expect(files.length).toBeGreaterThan(20);
  },
  120_000,
);
