import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NodeEvent, NumberedCommand, Command } from './protocol.ts';
import { SandboxError } from './sandbox-error.ts';
import { toolPath } from './tools.ts';

const inside = fileURLToPath(new URL('inside/main.ts', import.meta.url));

/**
 * Network, mount and process namespaces of their own; where the user is not root, in a user namespace in which it is.
 */
function unshareCommand(): readonly string[] {
  const asUser = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  return ['unshare', ...asUser, '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
}

/**
 * The namespaces of a node, with a process in them that does what it is ordered to. All of it ends when this process
 * ends, however that is.
 */
export class NodeNamespaces implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { readonly done: () => void; readonly failed: (error: Error) => void }>();
  readonly #onEvent: (event: NodeEvent) => void;
  #lastNumber = 0;

  /** `directory` is removed when the namespaces end. */
  static async open(directory: string, onEvent: (event: NodeEvent) => void): Promise<NodeNamespaces> {
    const [program = '', ...args] = unshareCommand();
    const child = spawn(program, [...args, process.execPath, inside, directory], {
      env: { PATH: toolPath },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // In a session of its own: a Ctrl-C of the terminal reaches only this process, which then ends the node in good
      // order.
      detached: true,
    });
    let complaint = '';
    child.stderr?.on('data', (bytes: Buffer) => (complaint = (complaint + bytes.toString()).slice(-2000)));
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('error', error =>
        reject(new SandboxError('unavailable', `unshare cannot be run: ${error.message}`, { cause: error })),
      );
      child.once('exit', () => {
        const message = `the kernel gives this user no namespaces of its own (${[program, ...args].join(' ')}: ${complaint.trim()})`;
        reject(new SandboxError('unavailable', message));
      });
    });
    return new NodeNamespaces(child, { onEvent, complaint: () => complaint });
  }

  private constructor(
    child: ChildProcess,
    { onEvent, complaint }: { onEvent: (event: NodeEvent) => void; complaint: () => string },
  ) {
    this.#child = child;
    this.#onEvent = onEvent;
    child.on('message', (event: NodeEvent) => this.#onMessage(event));
    child.once('exit', () => {
      for (const { failed } of this.#waiting.values())
        failed(new SandboxError('broken', `the sandbox ended: ${complaint().trim()}`));
      this.#waiting.clear();
    });
  }

  /** The id, outside, of the first process inside: the only child of `unshare`. */
  get processId(): number {
    const unshare = String(this.#child.pid);
    return Number(readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8').trim());
  }

  /** Resolves when it is done; throws when it cannot be done. */
  execute(command: Command): Promise<void> {
    const number = ++this.#lastNumber;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { done: resolve, failed: reject });
      this.#child.send({ number, command } satisfies NumberedCommand, error => {
        if (error === null) return;
        this.#waiting.delete(number);
        reject(new SandboxError('broken', `the sandbox does not listen: ${error.message}`, { cause: error }));
      });
    });
  }

  /** Ends every process in the namespaces, and so the namespaces. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    await exited;
  }

  #onMessage(event: NodeEvent): void {
    if (event.kind !== 'done' && event.kind !== 'failed') {
      this.#onEvent(event);
      return;
    }
    const waiting = this.#waiting.get(event.number);
    this.#waiting.delete(event.number);
    if (event.kind === 'done') waiting?.done();
    else waiting?.failed(new SandboxError('broken', event.message));
  }
}
