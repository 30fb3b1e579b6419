import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const source = join(import.meta.dirname, 'go');
const built = join(import.meta.dirname, '../../../../node_modules/.cache/aws-go-calls');

/** The program with the calls of AWS's SDK for Go, compiled, or why it is not there. */
export async function buildGoCalls(): Promise<{ readonly program: string } | { readonly missing: string }> {
  try {
    await run('go', ['build', '-o', built, '.'], { cwd: source, timeout: 600_000 });
    return { program: built };
  } catch (error) {
    return { missing: `the calls of AWS's SDK for Go cannot be built: ${String(error).slice(0, 300)}` };
  }
}
