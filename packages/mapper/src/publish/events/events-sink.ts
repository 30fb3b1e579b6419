import type { Edge } from '@network-mapper/model';
import { backoff, pause, type Logger } from '@network-mapper/runtime';
import type { HttpClient, PostAnswer } from '../outgoing/http-client.ts';
import { DeliveryError, type Sink } from '../sink.ts';
import { namespacesOf, toCloudEvent, type CloudEvent, type EventEdge } from './cloud-event.ts';
import { eventKindNames, type EventKind } from './event-kinds.ts';
import { signatureHeaders } from './webhook-signature.ts';

export interface EventsSinkParts {
  readonly http: HttpClient;
  readonly url: string;
  /** Posts are signed by it, unless it is empty. */
  readonly secret: string;
  /** Namespaces whose changes are posted; all when there are none. */
  readonly namespaces: readonly string[];
  /** Kinds of changes that are posted; all when there are none. */
  readonly kinds: readonly string[];
  /** Milliseconds. */
  readonly interval: number;
  /** What the mapper calls itself: a URI reference. */
  readonly source: string;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called for each event that the receiver refuses for good. */
  readonly refused: () => void;
}

/** Milliseconds that one post may take. */
const timeout = 10_000;
/** Posts at once. */
const parallel = 8;
/** Tries of one event before the delivery counts as failed, and milliseconds between them. */
const tries = 3;
const retries = { first: 200, max: 2_000 };
/** Statuses by which a receiver says that it will never take what was sent. */
const refusing: ReadonlySet<number> = new Set([400, 413, 415, 422]);

class ReceiverError extends DeliveryError {
  readonly isRefusal: boolean;

  constructor({ status, retryAfter }: PostAnswer) {
    super(`the receiver of events answers with HTTP status ${status}`, { retryAfter });
    this.name = 'ReceiverError';
    this.isRefusal = refusing.has(status);
  }
}

/** The receiver says when to come again, and that is not soon. */
function isPutOff(error: unknown): boolean {
  return error instanceof ReceiverError && error.retryAfter > retries.max;
}

/**
 * Posts changes of the map as CloudEvents, each in a request of its own. What was taken is not posted again while this
 * process lives; after a restart the map begins anew, and so do the events.
 */
export function createEventsSink(parts: EventsSinkParts): Sink {
  const { http, url, secret, source, logger, now, interval } = parts;
  const namespaces = new Set(parts.namespaces);
  const kinds = new Set<string>(parts.kinds.length === 0 ? eventKindNames : parts.kinds);
  /** Edges whose coming was posted. */
  const posted = new WeakSet<Edge>();
  /** Names outside that were posted, with how many of their edges are on the map. */
  const names = new Map<string, Set<Edge>>();

  const isWanted = (edge: Edge): edge is EventEdge =>
    edge.kind !== 'traffic-level' &&
    (namespaces.size === 0 || namespacesOf(edge).some(namespace => namespaces.has(namespace)));

  return {
    name: 'the events',
    interval,
    batch: 500,
    wants: edge => isWanted(edge) && (edge.gone || !posted.has(edge)),
    deliver: async (changes, signal) => {
      const left = changes.filter(isWanted);
      const failures: unknown[] = [];
      const work = async (): Promise<void> => {
        for (let edge = left.shift(); edge !== undefined && !signal.aborted; edge = left.shift())
          await postChange(edge, signal).catch((error: unknown) => {
            failures.push(error);
            // Who says when to come again is not asked for the others before.
            if (isPutOff(error)) left.length = 0;
          });
      };
      await Promise.all(Array.from({ length: parallel }, work));
      signal.throwIfAborted();
      if (failures.length > 0) throw failures.find(isPutOff) ?? failures[0];
    },
  };

  async function postChange(edge: EventEdge, signal: AbortSignal): Promise<void> {
    if (!posted.has(edge)) {
      if (edge.kind === 'external' && !names.has(edge.dnsName)) {
        names.set(edge.dnsName, new Set());
        await post('outside-name-added', edge, signal).catch((error: unknown) => {
          names.delete(edge.dnsName);
          throw error;
        });
      }
      await post('edge-added', edge, signal);
      posted.add(edge);
    }
    if (edge.kind === 'external') remember(edge.dnsName, edge);
    if (edge.gone) await post('edge-removed', edge, signal);
  }

  /** A name that no edge has any more is new when it comes again. */
  function remember(dnsName: string, edge: Edge): void {
    const edges = names.get(dnsName);
    if (!edge.gone) edges?.add(edge);
    else edges?.delete(edge);
    if (edges?.size === 0) names.delete(dnsName);
  }

  async function post(kind: EventKind, edge: EventEdge, signal: AbortSignal): Promise<void> {
    if (!kinds.has(kind)) return;
    const event = toCloudEvent(kind, edge, source);
    for (let failures = 0; ;) {
      try {
        await postOnce(event, signal);
        return;
      } catch (error) {
        if (isPutOff(error)) throw error;
        if (signal.aborted || ++failures < tries) {
          if (!(await pause(backoff(failures || 1, retries), signal))) throw error;
          continue;
        }
        if (!(error instanceof ReceiverError) || !error.isRefusal) throw error;
        parts.refused();
        logger.error({ type: event.type, subject: event.subject, error }, 'an event is refused: it is given up');
        return;
      }
    }
  }

  async function postOnce(event: CloudEvent, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify(event);
    const timestamp = Math.floor(now() / 1000);
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      ...(secret === '' ? {} : signatureHeaders({ id: event.id, timestamp, body }, secret)),
    };
    const answer = await http.post({ url, headers, body, timeout, signal });
    if (answer.status < 200 || answer.status > 299) throw new ReceiverError(answer);
  }
}
