import type { KubeConnection } from '../access/kube-connection.ts';
import { KubeError } from '../access/kube-error.ts';
import { isRecord } from '../kube-object.ts';
import { bytesOf, openPodSocket } from './pod-socket.ts';

export interface PodCommand {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  /** Bytes of output, standard and error each, that are taken at most; 16 MiB unless given. */
  readonly maxOutput?: number;
  /** Milliseconds for all of it; a minute unless given. */
  readonly timeout?: number;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** k8s.io/apimachinery/pkg/util/remotecommand. The fifth can close standard input, which is not used here. */
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const [stdoutChannel, stderrChannel, statusChannel] = [1, 2, 3];
const defaultMaxOutput = 16 * 2 ** 20;
const defaultTimeout = 60_000;

/**
 * Runs a command in a container and answers what it wrote and how it ended; needs `get` and `create` on `pods/exec`.
 * Throws KubeError when it cannot be run, does not end in time, or writes too much.
 */
export async function execInPod(
  connection: KubeConnection,
  command: PodCommand,
  signal?: AbortSignal,
): Promise<CommandResult> {
  const { namespace, pod, container, timeout = defaultTimeout } = command;
  const query = new URLSearchParams({ container, stdout: 'true', stderr: 'true' });
  for (const word of command.command) query.append('command', word);
  const name = `${command.command[0] ?? ''} in container ${container} of pod ${namespace}/${pod}`;
  const deadline = AbortSignal.timeout(timeout);
  const stop = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  const { socket, failure } = await openPodSocket(connection, {
    namespace,
    pod,
    protocols,
    subresource: `exec?${query.toString()}`,
  });

  const { promise: result, resolve, reject } = Promise.withResolvers<CommandResult>();
  const stdout = new Output(command.maxOutput ?? defaultMaxOutput);
  const stderr = new Output(command.maxOutput ?? defaultMaxOutput);
  socket.on('message', data => {
    const message = bytesOf(data);
    const content = message.subarray(1);
    if (message[0] === statusChannel) finish(content);
    else if (message[0] === stdoutChannel) take(stdout, content);
    else if (message[0] === stderrChannel) take(stderr, content);
  });
  socket.on('close', () => reject(new KubeError('unreachable', `${name}: the connection ended before the command`)));
  stop.addEventListener('abort', () => {
    reject(
      deadline.aborted
        ? new KubeError('timed-out', `${name}: it did not end within ${timeout / 1000} s`)
        : new KubeError('unreachable', `${name}: stopped`),
    );
  });

  function take(output: Output, content: Buffer): void {
    if (!output.add(content)) reject(new KubeError('bad-answer', `${name}: it wrote more than ${output.max} bytes`));
  }
  function finish(status: Buffer): void {
    const exitCode = exitCodeOf(status);
    if (typeof exitCode === 'number') resolve({ exitCode, stdout: stdout.bytes(), stderr: stderr.bytes() });
    else reject(new KubeError('refused', `${name}: ${exitCode.problem}`));
  }

  try {
    return await Promise.race([result, failure]);
  } finally {
    socket.terminate();
  }
}

class Output {
  readonly max: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** False when that was too much. */
  add(content: Buffer): boolean {
    this.#size += content.length;
    if (this.#size > this.max) return false;
    this.#chunks.push(content);
    return true;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks, this.#size);
  }
}

/** What the `Status` object says that ends a command (k8s.io/apimachinery/pkg/apis/meta/v1). */
function exitCodeOf(bytes: Buffer): number | { readonly problem: string } {
  const text = bytes.toString('utf8');
  const status = parse(text);
  if (!isRecord(status)) return { problem: text };
  if (status.status === 'Success') return 0;
  const details = isRecord(status.details) ? status.details : {};
  const causes: readonly unknown[] = Array.isArray(details.causes) ? details.causes : [];
  const cause = causes.filter(isRecord).find(({ reason }) => reason === 'ExitCode');
  const exitCode = status.reason === 'NonZeroExitCode' ? Number(cause?.message) : NaN;
  if (Number.isInteger(exitCode)) return exitCode;
  return { problem: typeof status.message === 'string' ? status.message : text };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The container's runtime may answer in plain text: the caller shows it.
  }
}
