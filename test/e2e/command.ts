import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the program early. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which it is taken to hang; five minutes unless given. */
  readonly longest?: number;
}

/** Runs a program to its end; its standard output. Throws with what it said on standard error when it fails. */
export async function command(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { input = '', env = process.env, signal, longest = 300_000 } = options;
  const child = spawn(program, args, { env, signal, timeout: longest, stdio: ['pipe', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  const complaint: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaint.push(chunk));
  // A program that ends before it has read everything says itself why.
  child.stdin.on('error', () => undefined).end(input);
  const end = await new Promise<string>((ended, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => ended(signal ?? String(code)));
  });
  if (end === '0') return Buffer.concat(output).toString('utf8');
  const said = Buffer.concat([...complaint, ...output])
    .toString('utf8')
    .trim();
  throw new Error(`${program} ${args.slice(0, 4).join(' ')} ended with ${end}: ${said}`);
}
