import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const script = join(import.meta.dirname, '../../../scripts/parts.sh');

/** Where a real server is that `scripts/parts.sh` downloads, or why it is not there. */
export type RealPart =
  { readonly kind: 'there'; readonly path: string } | { readonly kind: 'missing'; readonly why: string };

/** Downloads it the first time; that takes up to some minutes. */
export function realPart(...args: readonly string[]): RealPart {
  try {
    const path = execFileSync('sh', [script, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
    return { kind: 'there', path };
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    const why = stderr.split('\n').at(-1) ?? '';
    console.warn(`skipped: there is no ${args.join(' ')}: ${why}`);
    return { kind: 'missing', why };
  }
}
