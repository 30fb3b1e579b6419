import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const modules = join(import.meta.dirname, '../../../../node_modules');

/** A Python that has what was asked for, or why there is none. */
export type PythonProgram = { readonly python: string } | { readonly missing: string };

/** Installs packages of PyPI into a folder of node_modules, once. */
export async function installPython(name: string, packages: readonly string[]): Promise<PythonProgram> {
  const folder = join(modules, name);
  try {
    await access(join(folder, 'installed'));
  } catch {
    try {
      await run('python3', ['-m', 'venv', folder]);
      await run(join(folder, 'bin/pip'), ['install', '--quiet', ...packages], { timeout: 600_000 });
      await run('touch', [join(folder, 'installed')]);
    } catch (error) {
      return { missing: `${packages[0] ?? ''} cannot be installed: ${String(error).slice(0, 300)}` };
    }
  }
  return { python: join(folder, 'bin/python') };
}
