import type { ServerResponse } from 'node:http';
import type { ResourceRequest } from './api-request.ts';
import { sendStatus } from './response.ts';
import { badRequest } from './status.ts';

/** A container of a pod. */
export interface ContainerReference {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface WrittenLine {
  /** RFC 3339, up to nanoseconds. */
  readonly time: string;
  readonly text: string;
}

interface Reader {
  readonly key: string;
  readonly response: ServerResponse;
  readonly write: (line: WrittenLine) => void;
}

/**
 * What containers wrote, and who reads it, after
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ (`log`).
 */
export class PodLogs {
  readonly #lines = new Map<string, WrittenLine[]>();
  /** Of containers that were started again, what they wrote before. */
  readonly #previous = new Map<string, readonly WrittenLine[]>();
  readonly #readers = new Set<Reader>();

  append(container: ContainerReference, lines: readonly WrittenLine[]): void {
    const key = keyOf(container);
    const known = this.#lines.get(key) ?? [];
    this.#lines.set(key, known);
    known.push(...lines);
    for (const reader of this.#readers) if (reader.key === key) lines.forEach(reader.write);
  }

  /** Starts a container again: its log begins anew, and what it wrote before is its previous one. */
  restart(container: ContainerReference): void {
    this.end(container);
    this.#previous.set(keyOf(container), this.#lines.get(keyOf(container)) ?? []);
    this.#lines.delete(keyOf(container));
  }

  /** Ends the reading of a log, as when its container ends or the connection to the node is lost. */
  end(container: ContainerReference): void {
    for (const reader of this.#readers) {
      if (reader.key !== keyOf(container)) continue;
      this.#readers.delete(reader);
      reader.response.end();
    }
  }

  answer({ namespace, name: pod, query }: ResourceRequest, response: ServerResponse): void {
    const key = keyOf({ namespace, pod, container: query.get('container') ?? '' });
    const since = Date.parse(query.get('sinceTime') ?? '1970-01-01T00:00:00Z');
    // As the API server passes it on to the node: without the fraction of its second.
    const from = Math.floor(since / 1000) * 1000;
    const write = ({ time, text }: WrittenLine): void => {
      if (Date.parse(time) >= from)
        response.write(query.get('timestamps') === 'true' ? `${time} ${text}\n` : `${text}\n`);
    };
    const isPrevious = query.get('previous') === 'true';
    const lines = (isPrevious ? this.#previous : this.#lines).get(key);
    if (isPrevious && lines === undefined) {
      sendStatus(response, badRequest(`previous terminated container in pod "${pod}" not found`));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    lines?.forEach(write);
    if (query.get('follow') !== 'true') return void response.end();
    const reader = { key, response, write };
    this.#readers.add(reader);
    response.once('close', () => this.#readers.delete(reader));
  }
}

function keyOf({ namespace, pod, container }: ContainerReference): string {
  return `${namespace}/${pod}/${container}`;
}
