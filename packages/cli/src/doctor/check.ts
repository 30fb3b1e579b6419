/** What one look at the installation found. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  /** What was found, in one sentence. */
  readonly found: string;
  /** What to do about it; empty where nothing is to be done. */
  readonly remedy: string;
}

export function ok(name: string, { found }: { readonly found: string }): Check {
  return { name, status: 'ok', found, remedy: '' };
}
