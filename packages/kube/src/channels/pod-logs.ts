import { backoff, pause } from '@network-mapper/runtime';
import type { KubeConnection } from '../access/kube-connection.ts';
import { KubeError } from '../access/kube-error.ts';

export interface FollowedContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** From which second on; lines that were written before it are left out. */
  readonly since: Date;
  /** Called when the log cannot be read, with the first failure after a success: it is tried again. */
  readonly onTrouble?: (error: KubeError) => void;
}

export interface LogLine {
  /** When it was written: RFC 3339, up to nanoseconds. */
  readonly time: string;
  readonly text: string;
}

/**
 * Milliseconds without a line after which the connection is made anew: it may be dead, which a quiet log does not show.
 */
const idleLimit = 300_000;
/** Milliseconds between tries. */
const retries = { first: 1_000, max: 30_000 };

/**
 * The lines of a container's log as they are written, across restarts of the container and broken connections, each
 * once; needs `get` on `pods/log`. Ends when the pod is gone or `signal` aborts.
 */
export async function* followPodLogs(
  connection: KubeConnection,
  followed: FollowedContainer,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const position = new LogPosition(followed.since);
  let failures = 0;
  let isFirst = true;
  do {
    position.rewind();
    try {
      const log = { ...followed, since: position.since };
      // What was written after the connection broke, and before the container was started again, is in another log.
      if (!isFirst) yield* newLines(position, readEndedLog(connection, log, signal));
      isFirst = false;
      for await (const line of newLines(position, readLog(connection, { ...log, what: 'follow' }, signal))) {
        failures = 0;
        yield line;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof KubeError)) throw error;
      if (error.code === 'not-found') return;
      if (failures === 0 && error.code !== 'timed-out') followed.onTrouble?.(error);
    }
    // A container that ended has a log that ends at once, until it is started again.
  } while (await pause(backoff(++failures, retries), signal));
}

async function* newLines(position: LogPosition, lines: AsyncIterable<LogLine>): AsyncGenerator<LogLine> {
  for await (const line of lines) if (position.isNew(line)) yield line;
}

type ReadLog = Pick<FollowedContainer, 'namespace' | 'pod' | 'container'> & { readonly since: string };

/** The log of the container before it was started again; nothing when it never was. */
async function* readEndedLog(connection: KubeConnection, log: ReadLog, signal: AbortSignal): AsyncGenerator<LogLine> {
  try {
    yield* readLog(connection, { ...log, what: 'previous' }, signal);
  } catch (error) {
    // The API server refuses with 400 when there is none; what else is wrong, the container's present log says too.
    if (!(error instanceof KubeError)) throw error;
  }
}

async function* readLog(
  connection: KubeConnection,
  { namespace, pod, container, since, what }: ReadLog & { readonly what: 'follow' | 'previous' },
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const query = new URLSearchParams({ container, [what]: 'true', timestamps: 'true', sinceTime: since });
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
  const options = { accept: 'text/plain, application/json', signal, idleLimit };
  for await (const line of connection.lines(`${path}?${query.toString()}`, options)) {
    const end = line.indexOf(' ');
    // What has no time in front is the runtime's own, e.g. that the file was rotated away.
    if (end > 0 && isTime(line.slice(0, end))) yield { time: line.slice(0, end), text: line.slice(end + 1) };
  }
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text);
}

/**
 * How far a log was read. A log can be asked for from a second on only (the API server passes `sinceTime` on to the
 * node without its fraction), so as many lines of that second come again as were read. Lines of standard output and
 * error may be a little out of order.
 */
class LogPosition {
  /** Seconds since the epoch: the latest of which a line was read. */
  #second: number;
  /** Lines of that second that were read, and how many of them will come again. */
  #read = 0;
  #again = 0;

  constructor(since: Date) {
    this.#second = Math.floor(since.getTime() / 1000);
  }

  /** From when on the log is to be asked for. */
  get since(): string {
    return new Date(this.#second * 1000).toISOString();
  }

  /** The log begins again from `since`. */
  rewind(): void {
    this.#again = this.#read;
  }

  /** Whether this line comes for the first time. */
  isNew({ time }: LogLine): boolean {
    const second = Math.floor(Date.parse(time) / 1000);
    if (second < this.#second) return true;
    if (second === this.#second && this.#again > 0) {
      this.#again--;
      return false;
    }
    if (second > this.#second) {
      this.#second = second;
      this.#read = this.#again = 0;
    }
    this.#read++;
    return true;
  }
}
