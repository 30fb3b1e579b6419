import type { ServerResponse } from 'node:http';
import type { ResourceRequest } from './api-request.ts';
import type { Change, ObjectCollection } from './object-collection.ts';
import type { Selector } from './selector.ts';
import { expired, toStatusObject } from './status.ts';
import { renderObject, type StoredObject } from './stored-object.ts';

/** One open watch: what is written to it, and its end. */
export interface WatchStream {
  readonly request: ResourceRequest;
  /** Sends the client up to where it has seen everything, if it allowed bookmarks. */
  bookmark(): void;
  /** Cuts the connection, as a network or an API server that dies does. */
  disconnect(): void;
}

interface WatchOptions {
  readonly collection: ObjectCollection;
  readonly request: ResourceRequest;
  readonly matches: Selector;
  readonly response: ServerResponse;
  readonly revision: () => number;
}

const yes = new Set(['1', 'true']);

/** What a change is to a watch that sees only some objects; undefined when it concerns none of them. */
function changeInSight({ type, object, before }: Change, matches: Selector): Change['type'] | undefined {
  const was = before !== undefined && matches(before);
  const is = type !== 'DELETED' && matches(object);
  if (is) return was ? 'MODIFIED' : 'ADDED';
  return was ? 'DELETED' : undefined;
}

/**
 * Streams what happens to the objects of a collection, after
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function openWatch({ collection, request, matches, response, revision }: WatchOptions): WatchStream {
  const { type } = collection;
  const { query, metadataOnly } = request;
  const from = query.get('resourceVersion') ?? '';
  const bookmarks = yes.has(query.get('allowWatchBookmarks') ?? '');
  response.writeHead(200, { 'content-type': 'application/json' });

  function send(event: Change['type'], object: StoredObject): void {
    response.write(`{"type":"${event}","object":`);
    response.write(renderObject(type, object, { metadataOnly }));
    response.write('}\n');
  }
  function sendChange(change: Change): void {
    const event = changeInSight(change, matches);
    if (event !== undefined) send(event, change.object);
  }
  function sendBookmark(annotations?: Readonly<Record<string, string>>): void {
    const [kind, apiVersion] = metadataOnly
      ? ['PartialObjectMetadata', 'meta.k8s.io/v1']
      : [type.kind, type.groupVersion];
    const metadata = { resourceVersion: String(revision()), creationTimestamp: null, annotations };
    response.write(`${JSON.stringify({ type: 'BOOKMARK', object: { kind, apiVersion, metadata } })}\n`);
  }

  function sendPast(): boolean {
    const initial = yes.has(query.get('sendInitialEvents') ?? '');
    if (initial || from === '' || from === '0') {
      for (const object of collection.list().filter(matches)) send('ADDED', object);
      if (initial && bookmarks) sendBookmark({ 'k8s.io/initial-events-end': 'true' });
      return true;
    }
    const past = collection.changesSince(Number(from));
    if (past.kind === 'gone') {
      const object = toStatusObject(expired({ asked: from, oldest: past.oldest }));
      response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
      return false;
    }
    past.changes.forEach(sendChange);
    return true;
  }

  response.flushHeaders();
  if (sendPast()) {
    const forget = collection.onChange(sendChange);
    const timeoutSeconds = Number(query.get('timeoutSeconds') ?? 0);
    const timer = timeoutSeconds > 0 ? setTimeout(() => response.end(), timeoutSeconds * 1000) : undefined;
    response.once('close', () => {
      forget();
      clearTimeout(timer);
    });
  }
  return {
    request,
    bookmark: () => {
      if (bookmarks) sendBookmark();
    },
    disconnect: () => void response.destroy(),
  };
}
