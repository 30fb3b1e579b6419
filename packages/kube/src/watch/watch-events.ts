import { KubeError } from '../access/kube-error.ts';
import { parseJson, type KubeConnection } from '../access/kube-connection.ts';
import { isKubeObject, isRecord, type KubeObject } from '../kube-object.ts';
import { selectionOf } from './list-pages.ts';
import type { FieldSelection } from '../decode/field-selection.ts';
import { pickFields } from '../decode/pick-fields.ts';
import { collectionPath, metadataOnly, type ObjectSelection, type Resource } from '../resource.ts';

export type WatchEvent =
  | { readonly kind: 'put' | 'removed'; readonly object: KubeObject; readonly resourceVersion: string }
  /** Nothing changed up to this resource version. */
  | { readonly kind: 'bookmark'; readonly resourceVersion: string };

export interface WatchOptions {
  readonly connection: KubeConnection;
  readonly resource: Resource;
  readonly metadataOnly?: boolean;
  readonly selection?: ObjectSelection;
}

/**
 * The server ends a watch after this many seconds, and up to half as many more, so that not all watches end together.
 */
const watchSeconds = 300;
/** Bookmarks come about every minute: three missed ones mean that the connection is dead. */
const idleLimit = 200_000;

/**
 * What happens after `resourceVersion`, until the server ends the watch. Throws KubeError `gone` when that is too long
 * ago.
 */
export async function* watchEvents(
  options: WatchOptions,
  from: { readonly resourceVersion: string; readonly opened: () => void },
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const { connection, resource, selection: { namespace, labelSelector } = {} } = options;
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: from.resourceVersion,
    ...(labelSelector !== undefined && { labelSelector }),
    timeoutSeconds: String(Math.round(watchSeconds * (1 + Math.random() / 2))),
  });
  const path = `${collectionPath(resource, namespace)}?${query.toString()}`;
  const accept = options.metadataOnly === true ? metadataOnly.object : 'application/json';
  const fields = selectionOf(options);
  const request = `watch of ${resource.plural} at ${connection.server}`;
  for await (const line of connection.lines(path, { accept, signal, idleLimit }, from.opened)) {
    if (line.trim() !== '') yield readEvent(parseJson({ text: line, request }), { request, fields });
  }
}

function readEvent(
  event: unknown,
  { request, fields }: { readonly request: string; readonly fields: FieldSelection | undefined },
): WatchEvent {
  if (!isRecord(event)) throw new KubeError('bad-answer', `${request}: an event is not an object`);
  const { type, object } = event;
  if (type === 'ERROR') throw errorOf(object, request);
  const metadata = isRecord(object) && isRecord(object.metadata) ? object.metadata : {};
  const { resourceVersion } = metadata;
  if (typeof resourceVersion !== 'string')
    throw new KubeError('bad-answer', `${request}: an event has no resource version`);
  if (type === 'BOOKMARK') return { kind: 'bookmark', resourceVersion };
  const read = fields !== undefined && isRecord(object) ? pickFields(object, fields) : object;
  if (!isKubeObject(read)) throw new KubeError('bad-answer', `${request}: an event's object has no name`);
  return { kind: type === 'DELETED' ? 'removed' : 'put', object: read, resourceVersion };
}

function errorOf(status: unknown, request: string): KubeError {
  const { code, message, reason } = isRecord(status) ? status : {};
  return KubeError.ofStatus({
    request,
    status: typeof code === 'number' ? code : 500,
    message: typeof message === 'string' ? message : undefined,
    reason: typeof reason === 'string' ? reason : undefined,
  });
}
