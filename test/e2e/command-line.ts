import { spawn } from 'node:child_process';
import { join } from 'node:path';

const program = join(import.meta.dirname, '../../packages/cli/src/main.ts');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line, as a process, which reaches the mapper by a port-forward. */
export class CommandLine {
  readonly #kubeconfig: string;
  readonly #signal: AbortSignal;

  constructor(kubeconfig: string, signal: AbortSignal) {
    this.#kubeconfig = kubeconfig;
    this.#signal = signal;
  }

  /** Runs a command to its end, whatever its exit code. */
  async run(...args: readonly string[]): Promise<Ended> {
    return this.#start(args);
  }

  /** Runs a command that goes on until it is interrupted, which happens as soon as what it printed is right. */
  async watch(isRight: (printed: string) => boolean, ...args: readonly string[]): Promise<Ended> {
    return this.#start(args, isRight);
  }

  #start(args: readonly string[], isRight?: (printed: string) => boolean): Promise<Ended> {
    const { promise, resolve, reject } = Promise.withResolvers<Ended>();
    const child = spawn(process.execPath, [program, ...args, '--kubeconfig', this.#kubeconfig], {
      signal: this.#signal,
      timeout: 120_000,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (isRight?.(stdout) === true) child.kill('SIGINT');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject).once('close', code => resolve({ code, stdout, stderr }));
    return promise;
  }
}
