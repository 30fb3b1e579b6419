import { backoff, pause, TimeSlice, type Logger, type Runnable } from '@network-mapper/runtime';
import type { Edge } from '@network-mapper/model';
import type { ChangeLog } from '../store/change-log.ts';

/** Somebody outside to whom changes of the map go. */
export interface Sink {
  readonly name: string;
  /** Milliseconds between two deliveries. */
  readonly interval: number;
  /** Changes in one delivery at most. */
  readonly batch: number;
  /** Edges that it takes; all unless given. */
  wants?(edge: Edge): boolean;
  /** Milliseconds until the first try after a failure; then twice as long each time. */
  readonly firstPause?: number;
  /** What changed is read from here on, until `ended`: in several deliveries where there is much. */
  begun?(): void;
  ended?(result: 'done' | 'failed'): void;
  /**
   * Resolves when the other side has them, those that are `gone` too. When it rejects they come again, as the edges
   * stand then.
   */
  deliver(changes: readonly Edge[], signal: AbortSignal): Promise<void>;
  /** Edges left that nobody remembers: what comes next is the whole map. */
  restart?(): void;
}

/** The other side did not take a delivery. */
export class DeliveryError extends Error {
  /** Milliseconds until it wants to be asked again; 0 when it did not say. */
  readonly retryAfter: number;

  constructor(message: string, { retryAfter = 0, ...options }: ErrorOptions & { readonly retryAfter?: number } = {}) {
    super(message, options);
    this.name = 'DeliveryError';
    this.retryAfter = retryAfter;
  }
}

export interface PublisherParts {
  readonly log: ChangeLog;
  readonly sink: Sink;
  readonly logger: Logger;
  /** Called after each delivery. */
  readonly delivered: (result: 'done' | 'failed') => void;
  /** Waits some milliseconds; false when the signal aborted. That of the runtime unless given. */
  readonly wait?: typeof pause;
}

/** Milliseconds between tries after failures. */
const firstPause = 1_000;
const maxPause = 60_000;
/** Milliseconds that the other side may put off the next try. */
const longestRetryAfter = 10 * 60_000;
/** Milliseconds that the last delivery may take when the process ends. */
const shutdownTimeout = 2_000;

/**
 * Delivers to a sink what changed since its cursor, which moves only when the sink has it: at least once, in the order
 * of the changes, and never in the way of other sinks.
 */
export function createPublisher({ log, sink, logger, delivered, wait = pause }: PublisherParts): Runnable {
  let cursor = 0;

  const wants = sink.wants?.bind(sink);

  async function deliverAll(signal: AbortSignal): Promise<void> {
    let result: 'done' | 'failed' = 'failed';
    sink.begun?.();
    try {
      await deliverChanges(signal);
      result = 'done';
    } finally {
      sink.ended?.(result);
    }
  }

  async function deliverChanges(signal: AbortSignal): Promise<void> {
    let more = true;
    const slice = new TimeSlice({ length: 5 });
    while (more && !signal.aborted) {
      const next = log.changesSince(cursor, { limit: sink.batch, wants });
      if (next.restarted) sink.restart?.();
      if (next.changes.length > 0) await sink.deliver(next.changes, signal);
      cursor = next.cursor;
      more = next.more;
      if (slice.isOver()) await slice.next();
    }
  }

  return {
    name: sink.name,
    run: async signal => {
      let failures = 0;
      let retryAfter = 0;
      const interval = (): number => {
        if (failures === 0) return sink.interval;
        return Math.max(backoff(failures, { first: sink.firstPause ?? firstPause, max: maxPause }), retryAfter);
      };
      while (await wait(interval(), signal)) {
        try {
          await deliverAll(signal);
          if (failures > 0) logger.info({ sink: sink.name }, 'changes are delivered again');
          failures = 0;
          delivered('done');
        } catch (error) {
          if (signal.aborted) break;
          retryAfter = error instanceof DeliveryError ? Math.min(error.retryAfter, longestRetryAfter) : 0;
          if (failures++ === 0)
            logger.warn({ sink: sink.name, error }, 'changes cannot be delivered: they are tried again');
          delivered('failed');
        }
      }
      await deliverLast(deliverAll, { logger, name: sink.name });
    },
  };
}

async function deliverLast(
  deliverAll: (signal: AbortSignal) => Promise<void>,
  { logger, name }: { readonly logger: Logger; readonly name: string },
): Promise<void> {
  try {
    await deliverAll(AbortSignal.timeout(shutdownTimeout));
  } catch (error) {
    logger.warn({ sink: name, error }, 'the last changes were not delivered');
  }
}
